-- Rows that are there have nothing to put in.
-- finds not-null up 1
-- refuses
-- UP
ALTER TABLE t ADD COLUMN z int NOT NULL;
-- DOWN
SELECT 1;
