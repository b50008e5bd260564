-- The grants on the view are gone.
-- finds made-anew up 2
-- UP
DROP VIEW v;
CREATE VIEW v AS SELECT id FROM t;
-- DOWN
SELECT 1;
