-- A body is not the migration's doing.
-- UP
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
-- DOWN
SELECT 1;
