-- A stored column is computed for every row.
-- finds blocking-rewrite up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (a + 1) STORED;
-- DOWN
SELECT 1;
