-- Every row is numbered.
-- finds blocking-rewrite up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ADD COLUMN z bigint GENERATED ALWAYS AS IDENTITY;
-- DOWN
SELECT 1;
