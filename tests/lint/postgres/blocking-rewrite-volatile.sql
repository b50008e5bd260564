-- A default that is another one for each row.
-- finds blocking-rewrite up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ADD COLUMN z uuid DEFAULT gen_random_uuid();
-- DOWN
SELECT 1;
