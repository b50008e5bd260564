-- Rows are changed while the table is locked.
-- finds rows-under-lock up 2
-- together t ACCESS EXCLUSIVE
-- UP
ALTER TABLE t ADD COLUMN z int;
UPDATE t SET z = a WHERE z IS NULL;
-- DOWN
SELECT 1;
