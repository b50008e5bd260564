-- Nothing leads back.
-- finds missing-down down 0
-- UP
ALTER TABLE t ADD COLUMN z int;
