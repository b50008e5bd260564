-- Old code uses the old name.
-- finds rename-column up 1
-- UP
ALTER TABLE t RENAME COLUMN a TO aa;
-- DOWN
SELECT 1;
