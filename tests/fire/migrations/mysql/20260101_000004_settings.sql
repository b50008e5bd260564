-- Settings (mysql)

-- UP

SET @bonus = 7;

UPDATE account SET balance = balance + @bonus WHERE id % 3 = 0;

SET SESSION foreign_key_checks = 0;

CREATE TABLE parent (id int NOT NULL PRIMARY KEY, name varchar(40) NOT NULL);

CREATE TABLE child (id int NOT NULL PRIMARY KEY, parent_id int NOT NULL,
  CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id));

INSERT INTO child SELECT id, id DIV 10 FROM account WHERE id < 5000;

INSERT INTO parent SELECT id, name FROM account WHERE id < 500;

TRUNCATE TABLE parent;

INSERT INTO parent SELECT id, CONCAT(name, @bonus) FROM account WHERE id < 500;

SET SESSION foreign_key_checks = 1;

-- DOWN

SET @bonus = 7;

DROP TABLE child;

DROP TABLE parent;

UPDATE account SET balance = balance - @bonus WHERE id % 3 = 0;
