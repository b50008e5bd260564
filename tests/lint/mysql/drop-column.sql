-- A column goes at once, and its values.
-- finds drop-column up 1
-- takes
-- UP
ALTER TABLE t DROP COLUMN c, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
