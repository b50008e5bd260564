-- What depends on it goes too.
-- finds cascade up 1
-- finds drop-table up 1
-- UP
DROP TABLE p CASCADE;
-- DOWN
SELECT 1;
