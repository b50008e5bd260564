-- The file's own table.
-- UP
CREATE TABLE fresh (id int);
DROP TABLE fresh;
-- DOWN
SELECT 1;
