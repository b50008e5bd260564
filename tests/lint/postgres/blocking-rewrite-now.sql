-- now() is the same for every row.
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD COLUMN z timestamptz NOT NULL DEFAULT now();
-- DOWN
SELECT 1;
