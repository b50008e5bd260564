-- Drop old (mysql)

-- UP

UPDATE account, old_one SET account.balance = account.balance + old_one.balance WHERE account.id = old_one.id AND old_one.id < 2000;

DROP TABLE old_one, old_two, old_three;

-- DOWN

CREATE TABLE old_one (id int NOT NULL PRIMARY KEY, balance int NOT NULL);

INSERT INTO old_one SELECT id, IF(id < 2000, balance DIV 2, balance) FROM account;

CREATE TABLE old_two LIKE old_one;

INSERT INTO old_two SELECT id, balance + 1 FROM old_one;

CREATE TABLE old_three (id int NOT NULL PRIMARY KEY, balance int NOT NULL) SELECT id, balance FROM old_two WHERE id < 3000;

UPDATE account SET balance = balance DIV 2 WHERE id < 2000;
