-- An index is built anew while rows change.
-- UP
-- gen: no transaction
REINDEX INDEX CONCURRENTLY t_a;
-- DOWN
SELECT 1;
