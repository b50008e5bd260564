-- A primary key is replaced.
-- finds blocking-build up 1
-- finds drop-constraint up 1
-- locks t ACCESS EXCLUSIVE
-- keeps t
-- UP
ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (e);
-- DOWN
SELECT 1;
