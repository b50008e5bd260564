-- A check on another column proves nothing.
-- finds blocking-scan up 3
-- finds set-not-null up 3
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
-- gen: no transaction
ALTER TABLE t VALIDATE CONSTRAINT k;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- DOWN
SELECT 1;
