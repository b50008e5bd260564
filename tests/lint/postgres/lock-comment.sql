-- A comment stops nobody.
-- locks t SHARE UPDATE EXCLUSIVE
-- keeps t
-- UP
COMMENT ON TABLE t IS 'x';
-- DOWN
SELECT 1;
