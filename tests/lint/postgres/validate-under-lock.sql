-- The lock of the statement before is held while every row is read.
-- finds validate-under-lock up 2
-- together t ACCESS EXCLUSIVE
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT k;
-- DOWN
SELECT 1;
