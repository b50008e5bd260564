-- A table is locked in so many words.
-- finds lock-table up 1
-- UP
LOCK TABLE t IN ACCESS EXCLUSIVE MODE;
-- DOWN
SELECT 1;
