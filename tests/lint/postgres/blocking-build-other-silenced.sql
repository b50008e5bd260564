-- A silence is for its own statement only.
-- finds blocking-build up 2
-- silences blocking-build up 1
-- UP
-- lint: allow blocking-build small
CREATE INDEX i ON t (c);
CREATE INDEX j ON t (b);
-- DOWN
SELECT 1;
