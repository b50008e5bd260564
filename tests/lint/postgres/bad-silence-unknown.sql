-- A silence for a rule that is not there.
-- finds bad-silence up 1
-- finds blocking-build up 1
-- UP
-- lint: allow blocking-bild small
CREATE INDEX i ON t (c);
-- DOWN
SELECT 1;
