-- A unique constraint builds its index under the strongest lock.
-- finds blocking-build up 1
-- finds unique up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t ADD CONSTRAINT u UNIQUE (e);
-- DOWN
SELECT 1;
