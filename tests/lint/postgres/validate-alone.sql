-- Nothing is locked before.
-- locks t SHARE UPDATE EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t VALIDATE CONSTRAINT ck_e;
-- DOWN
SELECT 1;
