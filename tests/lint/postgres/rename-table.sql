-- Old code uses the old name.
-- finds rename-table up 1
-- UP
ALTER TABLE t RENAME TO s;
-- DOWN
SELECT 1;
