-- Every row in one statement.
-- finds every-row up 1
-- UP
DELETE FROM t;
-- DOWN
SELECT 1;
