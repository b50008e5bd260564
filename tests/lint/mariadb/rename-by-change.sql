-- CHANGE renames too.
-- finds rename-column up 1
-- takes
-- UP
ALTER TABLE t CHANGE COLUMN b bb varchar(10), ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
