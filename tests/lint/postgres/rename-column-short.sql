-- COLUMN may be left out.
-- finds rename-column up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t RENAME a TO aa;
-- DOWN
SELECT 1;
