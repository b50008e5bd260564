-- A trigger stops writers for a moment.
-- locks t SHARE ROW EXCLUSIVE
-- keeps t
-- UP
CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- DOWN
SELECT 1;
