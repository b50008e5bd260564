-- Row security is switched in a moment.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- DOWN
SELECT 1;
