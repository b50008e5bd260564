-- A default changes in a moment.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ALTER COLUMN a SET DEFAULT 3;
-- DOWN
SELECT 1;
