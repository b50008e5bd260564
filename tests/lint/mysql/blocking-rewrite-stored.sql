-- A stored column copies the table.
-- finds blocking-rewrite up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t ADD COLUMN z int AS (a + 1) STORED;
-- DOWN
SELECT 1;
