-- Nothing is locked when rows are changed.
-- locks t ROW EXCLUSIVE
-- keeps t
-- UP
UPDATE t SET a = 1 WHERE a IS NULL;
-- DOWN
SELECT 1;
