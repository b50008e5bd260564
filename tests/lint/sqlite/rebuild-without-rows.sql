-- A table that takes the other's name without its rows.
-- finds drop-table up 2
-- UP
CREATE TABLE t_new (id int);
DROP TABLE t;
ALTER TABLE t_new RENAME TO t;
-- DOWN
SELECT 1;
