-- A default is put in.
-- UP
ALTER TABLE t ADD COLUMN z int NOT NULL DEFAULT 0;
-- DOWN
SELECT 1;
