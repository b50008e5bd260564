-- Other characters copy the table.
-- finds blocking-rewrite up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t CONVERT TO CHARACTER SET latin1;
-- DOWN
SELECT 1;
