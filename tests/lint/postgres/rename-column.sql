-- Old code uses the old name.
-- finds rename-column up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t RENAME COLUMN a TO aa;
-- DOWN
SELECT 1;
