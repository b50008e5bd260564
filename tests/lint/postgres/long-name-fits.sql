-- 63 bytes are kept.
-- UP
CREATE TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa (id int);
-- DOWN
SELECT 1;
