-- The other table is locked too.
-- finds drop-constraint up 1
-- locks t ACCESS EXCLUSIVE
-- locks p ACCESS EXCLUSIVE
-- UP
ALTER TABLE t DROP CONSTRAINT fk_p;
-- DOWN
SELECT 1;
