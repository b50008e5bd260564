-- Rows are changed in a transaction of their own.
-- locks t ROW EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z int;
-- gen: no transaction
UPDATE t SET z = a WHERE z IS NULL;
-- DOWN
SELECT 1;
