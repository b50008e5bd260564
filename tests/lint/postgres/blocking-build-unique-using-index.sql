-- A unique constraint on an index that is there is a moment's work.
-- finds blocking-build up 1
-- finds unique up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
CREATE UNIQUE INDEX i ON t (e);
ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i;
-- DOWN
SELECT 1;
