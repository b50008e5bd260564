-- Old code uses the old name.
-- finds rename-column up 1
-- takes
-- UP
ALTER TABLE t RENAME COLUMN b TO bb, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
