-- Nobody uses it yet.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TYPE mood ADD VALUE 'glad' AFTER 'sad';
ALTER TABLE t ADD COLUMN z mood DEFAULT 'ok';
-- DOWN
SELECT 1;
