-- Triggers are switched off.
-- finds checks-off up 1
-- locks t SHARE ROW EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t DISABLE TRIGGER ALL;
-- DOWN
SELECT 1;
