-- What stands in quotes does nothing.
-- locks t SHARE UPDATE EXCLUSIVE
-- keeps t
-- UP
COMMENT ON COLUMN t.a IS 'DROP TABLE t CASCADE; BEGIN';
-- DOWN
SELECT 1;
