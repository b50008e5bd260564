-- The index comes in another statement, with another column behind.
-- UP
CREATE TABLE r (id int PRIMARY KEY, p_id int, day date, FOREIGN KEY (p_id) REFERENCES p (id));
CREATE INDEX r_p ON r (p_id, day);
-- DOWN
DROP TABLE r;
