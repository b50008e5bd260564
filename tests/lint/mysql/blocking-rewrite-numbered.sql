-- Rows are numbered while writers wait.
-- finds blocking-rewrite up 1
-- refuses ALGORITHM=INPLACE, LOCK=NONE
-- takes ALGORITHM=INPLACE, LOCK=SHARED
-- UP
ALTER TABLE k ADD COLUMN z int AUTO_INCREMENT PRIMARY KEY;
-- DOWN
SELECT 1;
