-- Old tables (mysql)

-- UP

CREATE TABLE old_one (id int NOT NULL PRIMARY KEY, balance int NOT NULL);

INSERT INTO old_one SELECT id, balance FROM account;

CREATE TABLE old_two LIKE old_one;

INSERT INTO old_two SELECT id, balance + 1 FROM old_one;

CREATE TABLE IF NOT EXISTS old_three (id int NOT NULL PRIMARY KEY, balance int NOT NULL) SELECT id, balance FROM old_two WHERE id < 3000;

-- DOWN

DROP TABLE old_one, old_two, old_three;
