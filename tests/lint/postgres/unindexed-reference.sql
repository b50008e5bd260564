-- A new column refers to another table, and nothing finds its rows.
-- finds unindexed-reference up 1
-- UP
CREATE TABLE r (id int PRIMARY KEY, p_id int REFERENCES p (id));
-- DOWN
DROP TABLE r;
