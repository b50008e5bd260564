-- Triggers and keys are not looked at.
-- finds checks-off up 1
-- UP
SET session_replication_role = replica;
-- DOWN
SELECT 1;
