-- Rows that are there must not hold the same twice.
-- finds unique up 1
-- takes
-- UP
ALTER TABLE t ADD UNIQUE KEY u (e), ALGORITHM=INPLACE, LOCK=NONE;
-- DOWN
SELECT 1;
