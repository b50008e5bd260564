-- A query in front does not hide what is deleted, there or behind it.
-- finds every-row up 1
-- finds every-row up 2
-- UP
WITH gone AS (SELECT 1) DELETE FROM t;
WITH gone AS (DELETE FROM q RETURNING id) SELECT count(*) FROM gone;
WITH some AS (SELECT 1 AS id) UPDATE t SET a = 1 WHERE id IN (SELECT id FROM some);
-- DOWN
SELECT 1;
