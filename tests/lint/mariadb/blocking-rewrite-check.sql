-- A check copies the table.
-- finds blocking-rewrite up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0);
-- DOWN
SELECT 1;
