-- Transactions are the runner's.
-- finds transaction-nesting up 1
-- finds transaction-nesting up 3
-- UP
BEGIN;
ALTER TABLE t ADD COLUMN z int;
COMMIT;
-- DOWN
SELECT 1;
