-- One table twice is one lock.
-- UP
ALTER TABLE t ADD COLUMN z int;
ALTER TABLE t ADD COLUMN y int;
-- DOWN
SELECT 1;
