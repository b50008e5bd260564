-- A new table has no rows.
-- UP
CREATE TABLE fresh (id int);
ALTER TABLE fresh ADD COLUMN z int NOT NULL;
-- DOWN
SELECT 1;
