-- Without another key in its place every row is copied.
-- finds blocking-rewrite up 1
-- finds drop-constraint up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t DROP PRIMARY KEY;
-- DOWN
SELECT 1;
