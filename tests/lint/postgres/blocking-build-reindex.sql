-- An index is built anew.
-- finds blocking-build up 1
-- locks t SHARE
-- UP
REINDEX INDEX t_a;
-- DOWN
SELECT 1;
