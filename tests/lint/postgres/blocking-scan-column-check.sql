-- A column comes with a check.
-- finds blocking-scan up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z int CHECK (z > 0);
-- DOWN
SELECT 1;
