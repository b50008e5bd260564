-- Each clause counts, the first is named.
-- finds drop-column up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t DROP COLUMN c, DROP b;
-- DOWN
SELECT 1;
