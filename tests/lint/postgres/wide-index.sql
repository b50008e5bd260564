-- Four columns.
-- finds wide-index up 1
-- UP
-- gen: no transaction
CREATE INDEX CONCURRENTLY i ON t (a, b, c, e);
-- DOWN
SELECT 1;
