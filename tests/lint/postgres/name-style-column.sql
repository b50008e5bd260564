-- A column too.
-- finds name-style up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN "firstName" text;
-- DOWN
SELECT 1;
