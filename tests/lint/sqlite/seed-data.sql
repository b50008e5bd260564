-- Rows written out in a migration.
-- finds seed-data up 1
-- UP
INSERT OR IGNORE INTO t VALUES (1, 2);
-- DOWN
SELECT 1;
