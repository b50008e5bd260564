-- An index on a table the file makes: nobody waits.
-- UP
CREATE TABLE fresh (id int);
CREATE INDEX i ON fresh (id);
-- DOWN
SELECT 1;
