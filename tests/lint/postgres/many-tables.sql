-- Two tables are locked until the end.
-- finds many-tables up 2
-- together t ACCESS EXCLUSIVE
-- together p ACCESS EXCLUSIVE
-- UP
ALTER TABLE t ADD COLUMN z int;
ALTER TABLE p ADD COLUMN z int;
-- DOWN
SELECT 1;
