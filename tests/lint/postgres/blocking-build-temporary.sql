-- What belongs to the session concerns nobody else.
-- UP
CREATE TEMP TABLE s (id int);
-- DOWN
SELECT 1;
