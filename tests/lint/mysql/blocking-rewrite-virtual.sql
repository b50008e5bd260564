-- A virtual column is a line in the catalog.
-- takes
-- UP
ALTER TABLE t ADD COLUMN z int AS (a + 1) VIRTUAL, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
