-- A renamed table is the same table.
-- finds rename-table up 1
-- UP
ALTER TABLE t RENAME TO tt;
ALTER TABLE tt ADD COLUMN z int;
-- DOWN
SELECT 1;
