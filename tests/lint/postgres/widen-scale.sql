-- The other way says what the type was; every value is kept, and every row written anew.
-- finds blocking-rewrite up 1
-- finds blocking-rewrite down 1
-- UP
ALTER TABLE t ALTER COLUMN n TYPE numeric(14,4);
-- DOWN
ALTER TABLE t ALTER COLUMN n TYPE numeric(10,2);
