-- SQLite refuses it, rows or none.
-- finds not-null up 1
-- UP
ALTER TABLE t ADD COLUMN z int NOT NULL;
-- DOWN
SELECT 1;
