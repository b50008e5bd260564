-- Locks are waited for without end.
-- finds lock-timeout up 1
-- UP
SET lock_timeout = 0;
ALTER TABLE t ADD COLUMN z int;
-- DOWN
SELECT 1;
