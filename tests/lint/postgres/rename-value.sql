-- Old code reads and writes the old one.
-- finds rename-value up 1
-- UP
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
-- DOWN
SELECT 1;
