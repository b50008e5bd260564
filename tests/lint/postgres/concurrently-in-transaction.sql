-- PostgreSQL refuses it.
-- finds concurrently-in-transaction up 1
-- fails together
-- UP
CREATE INDEX CONCURRENTLY i ON t (c);
-- DOWN
SELECT 1;
