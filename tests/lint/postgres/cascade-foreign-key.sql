-- A foreign key that cascades is another thing.
-- UP
ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE NOT VALID;
-- DOWN
SELECT 1;
