-- Rows may be changed in a transaction of the file's own.
-- UP
START TRANSACTION;
UPDATE t SET a = 1 WHERE id = 1;
COMMIT;
-- DOWN
SELECT 1;
