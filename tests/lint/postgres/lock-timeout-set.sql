-- Its own timeout is its own choice.
-- UP
SET LOCAL lock_timeout = '1s';
ALTER TABLE t ADD COLUMN z int;
-- DOWN
SELECT 1;
