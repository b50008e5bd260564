-- A new value in the transaction that adds it.
-- finds new-value-used up 2
-- fails together
-- UP
ALTER TYPE mood ADD VALUE 'glad';
ALTER TABLE t ADD COLUMN z mood DEFAULT 'glad';
-- DOWN
SELECT 1;
