-- A column called like a word.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN "default" int;
-- DOWN
SELECT 1;
