-- Transactions are the runner's.
-- finds transaction-nesting up 1
-- finds transaction-nesting up 2
-- UP
BEGIN IMMEDIATE;
COMMIT;
-- DOWN
SELECT 1;
