-- A column comes with a unique constraint.
-- finds blocking-build up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z int UNIQUE;
-- DOWN
SELECT 1;
