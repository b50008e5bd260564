-- A default is put in.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z int NOT NULL DEFAULT 0;
-- DOWN
SELECT 1;
