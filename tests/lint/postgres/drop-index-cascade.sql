-- CASCADE beside it.
-- finds cascade up 1
-- finds drop-index up 1
-- UP
DROP INDEX t_a CASCADE;
-- DOWN
SELECT 1;
