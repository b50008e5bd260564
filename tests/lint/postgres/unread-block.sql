-- A block is not looked into.
-- finds unread up 1
-- UP
DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;
-- DOWN
SELECT 1;
