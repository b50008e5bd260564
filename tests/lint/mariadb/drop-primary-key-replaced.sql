-- With another key in its place others go on.
-- finds drop-constraint up 1
-- takes
-- UP
ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (e), ALGORITHM=INPLACE, LOCK=NONE;
-- DOWN
SELECT 1;
