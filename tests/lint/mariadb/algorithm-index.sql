-- An index that says how.
-- takes
-- UP
ALTER TABLE t ADD INDEX i (e), ALGORITHM=INPLACE, LOCK=NONE;
-- DOWN
SELECT 1;
