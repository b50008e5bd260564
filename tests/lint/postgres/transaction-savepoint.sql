-- A savepoint is no transaction.
-- UP
SAVEPOINT s;
ALTER TABLE t ADD COLUMN z int;
ROLLBACK TO SAVEPOINT s;
-- DOWN
SELECT 1;
