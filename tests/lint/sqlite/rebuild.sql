-- What SQLite cannot alter is made anew: the old table goes, its rows do not.
-- UP
CREATE TABLE t_new (id int);
INSERT INTO t_new SELECT id FROM t;
DROP TABLE t;
ALTER TABLE t_new RENAME TO t;
-- DOWN
SELECT 1;
