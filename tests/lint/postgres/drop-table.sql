-- A table goes with its rows.
-- finds drop-table up 1
-- UP
DROP TABLE t;
-- DOWN
SELECT 1;
