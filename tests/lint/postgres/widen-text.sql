-- The other way says what the type was; nothing is written anew.
-- finds blocking-rewrite down 1
-- UP
ALTER TABLE t ALTER COLUMN b TYPE text;
-- DOWN
ALTER TABLE t ALTER COLUMN b TYPE varchar(10);
