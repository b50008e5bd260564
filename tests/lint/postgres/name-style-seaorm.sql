-- SeaORM's own names pass.
-- UP
-- gen: no transaction
CREATE INDEX CONCURRENTLY "idx-t-c" ON t (c);
-- DOWN
SELECT 1;
