-- 64 letters are kept.
-- finds long-name up 1
-- refuses
-- UP
ALTER TABLE t ADD COLUMN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa int, ALGORITHM=INSTANT;
-- DOWN
SELECT 1;
