-- It needs quotes wherever it is used.
-- finds name-style up 1
-- UP
CREATE TABLE "two words" (id int);
-- DOWN
SELECT 1;
