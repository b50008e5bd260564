-- The reference is narrower than the key.
-- finds many-tables down 2
-- finds reference-type up 2
-- UP
CREATE TABLE s (id bigint PRIMARY KEY);
CREATE TABLE r (s_id int PRIMARY KEY REFERENCES s (id));
-- DOWN
DROP TABLE r;
DROP TABLE s;
