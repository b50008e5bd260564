-- The other way to write it.
-- finds rename-table up 1
-- UP
RENAME TABLE t TO s;
-- DOWN
SELECT 1;
