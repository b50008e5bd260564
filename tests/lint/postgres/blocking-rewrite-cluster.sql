-- A table is written anew in another order.
-- finds blocking-rewrite up 1
-- locks t ACCESS EXCLUSIVE
-- rewrites t
-- UP
CLUSTER t USING t_pkey;
-- DOWN
SELECT 1;
