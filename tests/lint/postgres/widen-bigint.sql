-- The other way says what the type was; every value is kept, and every row written anew.
-- finds blocking-rewrite up 1
-- finds blocking-rewrite down 1
-- UP
ALTER TABLE t ALTER COLUMN a TYPE bigint;
-- DOWN
ALTER TABLE t ALTER COLUMN a TYPE int;
