-- A body is not the migration's doing.
-- UP
CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM t; END;
-- DOWN
SELECT 1;
