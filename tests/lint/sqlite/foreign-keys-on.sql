-- Keys are looked at.
-- UP
PRAGMA foreign_keys = ON;
-- DOWN
SELECT 1;
