-- Nobody understands it.
-- finds unread up 1
-- UP
FROBNICATE t;
-- DOWN
SELECT 1;
