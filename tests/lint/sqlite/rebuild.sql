-- What SQLite cannot alter is made anew: the old table goes, its rows do not.
-- silences drop-table up 3
-- UP
CREATE TABLE t_new (id int);
INSERT INTO t_new SELECT id FROM t;
-- lint: allow drop-table its rows are in the table made anew
DROP TABLE t;
ALTER TABLE t_new RENAME TO t;
-- DOWN
SELECT 1;
