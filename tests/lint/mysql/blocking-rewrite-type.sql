-- Every row is copied.
-- finds blocking-rewrite up 1
-- finds retype up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t MODIFY a bigint;
-- DOWN
SELECT 1;
