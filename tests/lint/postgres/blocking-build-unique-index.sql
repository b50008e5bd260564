-- A unique index on a table with rows.
-- finds blocking-build up 1
-- finds unique up 1
-- locks t SHARE
-- keeps t
-- UP
CREATE UNIQUE INDEX i ON t (e);
-- DOWN
SELECT 1;
