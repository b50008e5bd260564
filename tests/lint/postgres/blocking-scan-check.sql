-- A check checks every row.
-- finds blocking-scan up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0);
-- DOWN
SELECT 1;
