-- Rows written out in a migration.
-- finds seed-data up 1
-- UP
INSERT INTO p VALUES (9, 9);
-- DOWN
SELECT 1;
