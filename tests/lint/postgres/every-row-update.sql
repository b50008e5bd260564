-- Every row in one statement.
-- finds every-row up 1
-- UP
UPDATE t SET a = 1;
-- DOWN
SELECT 1;
