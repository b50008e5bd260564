-- NULL is allowed in a moment.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ALTER COLUMN e DROP NOT NULL;
-- DOWN
SELECT 1;
