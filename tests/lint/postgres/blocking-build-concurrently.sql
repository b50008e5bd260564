-- Built while rows change, outside a transaction.
-- UP
-- gen: no transaction
CREATE INDEX CONCURRENTLY i ON t (c);
-- DOWN
SELECT 1;
