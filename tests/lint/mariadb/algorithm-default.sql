-- A default changes at once.
-- takes
-- UP
ALTER TABLE t ALTER COLUMN a SET DEFAULT 3, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
