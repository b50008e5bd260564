-- Tables are waited for.
-- UP
SET SESSION lock_wait_timeout = 5;
-- DOWN
SELECT 1;
