-- An exclusion constraint has no safe form.
-- finds blocking-build up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING btree (e WITH =);
-- DOWN
SELECT 1;
