-- Renames (mysql)

-- UP

CREATE TABLE left_side (id int NOT NULL PRIMARY KEY, amount int NOT NULL);

CREATE TABLE right_side (id int NOT NULL PRIMARY KEY, label varchar(40) NOT NULL, INDEX right_label (label));

INSERT INTO left_side SELECT id, balance FROM account WHERE id < 3000;

INSERT INTO right_side SELECT id, name FROM account WHERE id < 2000;

GRANT SELECT ON left_side TO `fire_reader`@`%`;

GRANT INSERT (label) ON right_side TO `fire_reader`@`%`;

RENAME TABLE left_side TO spare, right_side TO left_side, spare TO right_side;

RENAME TABLE right_side TO amounts;

ALTER TABLE left_side RENAME TO labels;

ALTER TABLE labels RENAME COLUMN label TO title;

ALTER TABLE amounts CHANGE amount cents bigint NOT NULL;

UPDATE amounts SET cents = cents * 100;

-- DOWN

DROP TABLE amounts;

REVOKE SELECT ON amounts FROM `fire_reader`@`%`;

REVOKE INSERT (title) ON labels FROM `fire_reader`@`%`;

DROP TABLE labels;
