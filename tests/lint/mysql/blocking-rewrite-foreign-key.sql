-- A foreign key copies the table.
-- finds blocking-rewrite up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=COPY
-- UP
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id);
-- DOWN
SELECT 1;
