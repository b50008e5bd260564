-- Keys are looked at again.
-- UP
SET foreign_key_checks = 1;
-- DOWN
SELECT 1;
