-- A column that does not say how.
-- finds algorithm up 1
-- takes ALGORITHM=INSTANT
-- UP
ALTER TABLE t ADD COLUMN z int;
-- DOWN
SELECT 1;
