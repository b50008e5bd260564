-- A wider number is stored anew.
-- finds blocking-rewrite up 1
-- finds retype up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ALTER COLUMN a TYPE bigint;
-- DOWN
SELECT 1;
