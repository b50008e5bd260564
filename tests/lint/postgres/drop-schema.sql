-- Everything in it goes.
-- finds drop-database up 1
-- UP
DROP SCHEMA old;
-- DOWN
SELECT 1;
