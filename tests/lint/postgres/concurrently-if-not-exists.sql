-- An invalid index counts as there.
-- finds concurrent-if-not-exists up 1
-- UP
-- gen: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (c);
-- DOWN
SELECT 1;
