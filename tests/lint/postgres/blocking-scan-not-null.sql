-- Every row is read to see that none holds NULL.
-- finds blocking-scan up 1
-- finds set-not-null up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- DOWN
SELECT 1;
