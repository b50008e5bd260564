-- The way back locks as well.
-- finds blocking-build down 1
-- UP
SELECT 1;
-- DOWN
CREATE INDEX i ON t (c);
