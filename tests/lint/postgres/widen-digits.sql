-- The other way says what the type was; nothing is written anew.
-- finds blocking-rewrite down 1
-- UP
ALTER TABLE t ALTER COLUMN n TYPE numeric(14,2);
-- DOWN
ALTER TABLE t ALTER COLUMN n TYPE numeric(10,2);
