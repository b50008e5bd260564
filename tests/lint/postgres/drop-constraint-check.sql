-- A constraint goes.
-- finds drop-constraint up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t DROP CONSTRAINT ck_e;
-- DOWN
SELECT 1;
