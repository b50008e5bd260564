-- What the way back drops, the way there made.
-- UP
CREATE TABLE fresh (id int);
-- DOWN
DROP TABLE fresh;
