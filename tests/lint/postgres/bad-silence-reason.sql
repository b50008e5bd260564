-- A silence without a reason is none.
-- finds bad-silence up 1
-- finds blocking-build up 1
-- UP
-- lint: allow blocking-build
CREATE INDEX i ON t (c);
-- DOWN
SELECT 1;
