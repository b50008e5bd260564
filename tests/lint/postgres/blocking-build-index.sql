-- An index on a table with rows.
-- finds blocking-build up 1
-- locks t SHARE
-- keeps t
-- UP
CREATE INDEX i ON t (c);
-- DOWN
SELECT 1;
