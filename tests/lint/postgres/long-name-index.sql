-- An index has a name too.
-- finds long-name up 1
-- UP
-- gen: no transaction
CREATE INDEX CONCURRENTLY iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii ON t (c);
-- DOWN
SELECT 1;
