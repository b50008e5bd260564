-- It waits, and nobody behind it.
-- UP
-- gen: no transaction
DROP INDEX CONCURRENTLY t_a;
-- DOWN
SELECT 1;
