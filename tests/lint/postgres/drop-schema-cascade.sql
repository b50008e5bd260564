-- Everything in it goes.
-- finds cascade up 1
-- finds drop-database up 1
-- UP
DROP SCHEMA old CASCADE;
-- DOWN
CREATE SCHEMA old;
