-- A table is written anew into the log.
-- finds blocking-rewrite up 1
-- locks q ACCESS EXCLUSIVE
-- rewrites q
-- UP
ALTER TABLE q SET UNLOGGED;
-- DOWN
SELECT 1;
