-- A foreign key checks every row.
-- finds blocking-scan up 1
-- locks t SHARE ROW EXCLUSIVE
-- locks p SHARE ROW EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id);
-- DOWN
SELECT 1;
