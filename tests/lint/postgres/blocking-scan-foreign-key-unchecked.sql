-- Rows that are there are not checked yet.
-- locks t SHARE ROW EXCLUSIVE
-- locks p SHARE ROW EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id) NOT VALID;
-- DOWN
SELECT 1;
