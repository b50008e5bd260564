-- A column that is there at once.
-- takes
-- UP
ALTER TABLE t ADD COLUMN z int, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
