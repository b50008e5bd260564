-- The clock moves on from row to row.
-- finds blocking-rewrite up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ADD COLUMN z timestamptz DEFAULT clock_timestamp();
-- DOWN
SELECT 1;
