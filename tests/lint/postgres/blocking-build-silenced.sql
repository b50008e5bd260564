-- Silenced with a reason.
-- silences blocking-build up 1
-- UP
-- lint: allow blocking-build the table holds a dozen rows
CREATE INDEX i ON t (c);
-- DOWN
SELECT 1;
