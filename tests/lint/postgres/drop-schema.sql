-- Without CASCADE only an empty schema goes.
-- UP
DROP SCHEMA old;
-- DOWN
CREATE SCHEMA old;
