-- A table is emptied.
-- finds truncate up 1
-- locks t ACCESS EXCLUSIVE
-- UP
TRUNCATE TABLE t;
-- DOWN
SELECT 1;
