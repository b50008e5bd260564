-- Rows that are there are not checked yet.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;
-- DOWN
SELECT 1;
