-- An index that does not say how.
-- finds algorithm up 1
-- takes ALGORITHM=INPLACE, LOCK=NONE
-- UP
ALTER TABLE t ADD INDEX i (e);
-- DOWN
SELECT 1;
