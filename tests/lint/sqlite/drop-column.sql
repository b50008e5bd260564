-- A column goes with its values.
-- finds drop-column up 1
-- UP
ALTER TABLE t DROP COLUMN c;
-- DOWN
SELECT 1;
