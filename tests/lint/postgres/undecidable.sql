-- A block that may commit by itself; in a transaction it is recorded together with the history.
-- finds undecidable up 1
-- finds unread up 1
-- UP
-- gen: no transaction
DO $$ BEGIN COMMIT; END $$;
-- gen: no transaction
UPDATE t SET c = c + 1 WHERE c > 0;
-- DOWN
SELECT 1;
