-- No code names an index.
-- UP
ALTER INDEX t_a RENAME TO t_aa;
-- DOWN
SELECT 1;
