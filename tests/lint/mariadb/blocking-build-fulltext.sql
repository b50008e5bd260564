-- Words are indexed while writers wait.
-- finds blocking-build up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=INPLACE, LOCK=SHARED
-- UP
ALTER TABLE t ADD FULLTEXT KEY w (c);
-- DOWN
SELECT 1;
