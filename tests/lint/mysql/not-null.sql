-- Rows that are there get 0 without a word.
-- finds not-null up 1
-- takes
-- UP
ALTER TABLE t ADD COLUMN z int NOT NULL, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
