-- The other way to write it.
-- finds algorithm up 1
-- UP
CREATE INDEX i ON t (e);
-- DOWN
SELECT 1;
