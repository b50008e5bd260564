-- There is one writer, whatever it does.
-- UP
CREATE INDEX i ON t (a);
-- DOWN
SELECT 1;
