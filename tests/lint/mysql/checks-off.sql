-- Keys are not looked at.
-- finds checks-off up 1
-- UP
SET foreign_key_checks = 0;
-- DOWN
SELECT 1;
