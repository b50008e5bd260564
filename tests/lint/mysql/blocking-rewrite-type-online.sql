-- The server refuses what would copy: nobody waits.
-- takes
-- UP
ALTER TABLE t MODIFY b varchar(12), ALGORITHM=INPLACE, LOCK=NONE;
-- DOWN
SELECT 1;
