-- No code names a constraint.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t RENAME CONSTRAINT ck_e TO ck_f;
-- DOWN
SELECT 1;
