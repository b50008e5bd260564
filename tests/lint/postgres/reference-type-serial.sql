-- A number that counts itself is a number.
-- finds many-tables down 2
-- UP
CREATE TABLE s (id serial PRIMARY KEY);
CREATE TABLE r (s_id int PRIMARY KEY, FOREIGN KEY (s_id) REFERENCES s (id));
-- DOWN
DROP TABLE r;
DROP TABLE s;
