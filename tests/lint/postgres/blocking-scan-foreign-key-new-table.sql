-- A new table has no rows to check.
-- UP
CREATE TABLE fresh (id int, a int);
ALTER TABLE fresh ADD FOREIGN KEY (a) REFERENCES p (id);
-- DOWN
SELECT 1;
