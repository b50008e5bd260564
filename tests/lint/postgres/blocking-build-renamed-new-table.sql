-- A table the file makes and renames is still nobody else's.
-- UP
CREATE TABLE fresh (id int);
ALTER TABLE fresh RENAME TO newer;
CREATE INDEX i ON newer (id);
-- DOWN
SELECT 1;
