-- Some rows.
-- UP
DELETE FROM t WHERE a = 1;
-- DOWN
SELECT 1;
