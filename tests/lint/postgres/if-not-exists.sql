-- Without CONCURRENTLY nothing is left behind.
-- UP
CREATE TABLE fresh (id int);
CREATE INDEX IF NOT EXISTS i ON fresh (id);
-- DOWN
SELECT 1;
