-- A constant is kept in the catalog.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z varchar(20) NOT NULL DEFAULT 'new';
-- DOWN
SELECT 1;
