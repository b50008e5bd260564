-- A condition in a query of the statement is not one of the statement.
-- finds every-row up 1
-- UP
UPDATE t SET a = (SELECT max(id) FROM q WHERE id > 1);
-- DOWN
SELECT 1;
