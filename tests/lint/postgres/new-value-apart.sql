-- The value is committed before it is used.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
-- gen: no transaction
ALTER TYPE mood ADD VALUE 'glad';
ALTER TABLE t ADD COLUMN z mood DEFAULT 'glad';
-- DOWN
SELECT 1;
