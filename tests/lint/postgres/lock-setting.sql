-- A storage parameter stops nobody.
-- locks t SHARE UPDATE EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t SET (fillfactor = 80);
-- DOWN
SELECT 1;
