-- What is unique is so by all of them.
-- finds unique up 1
-- UP
-- gen: no transaction
CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b, c, e);
-- DOWN
SELECT 1;
