-- A new table has no rows to check.
-- finds unindexed-reference up 2
-- UP
CREATE TABLE fresh (id int, a int);
ALTER TABLE fresh ADD FOREIGN KEY (a) REFERENCES p (id);
-- DOWN
SELECT 1;
