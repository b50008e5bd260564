-- A check that is not validated proves nothing.
-- finds blocking-scan up 2
-- finds set-not-null up 2
-- UP
ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- DOWN
SELECT 1;
