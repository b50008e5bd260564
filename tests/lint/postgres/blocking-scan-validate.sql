-- Validating in a transaction of its own stops nobody.
-- locks t SHARE UPDATE EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;
-- gen: no transaction
ALTER TABLE t VALIDATE CONSTRAINT k;
-- DOWN
SELECT 1;
