-- Values may not fit.
-- finds blocking-rewrite up 1
-- finds retype up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
ALTER TABLE t ALTER b TYPE varchar(5);
-- DOWN
SELECT 1;
