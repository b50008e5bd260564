-- Inside a transaction it does nothing.
-- finds checks-off up 1
-- UP
PRAGMA foreign_keys = OFF;
-- DOWN
SELECT 1;
