-- It waits for readers, and everybody behind it.
-- finds drop-index up 1
-- locks t ACCESS EXCLUSIVE
-- UP
DROP INDEX t_a;
-- DOWN
SELECT 1;
