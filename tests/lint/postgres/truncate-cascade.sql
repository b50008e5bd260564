-- And whatever refers to it.
-- finds cascade up 1
-- finds truncate up 1
-- UP
TRUNCATE p CASCADE;
-- DOWN
SELECT 1;
