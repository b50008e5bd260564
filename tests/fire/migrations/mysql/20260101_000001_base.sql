-- Base (mysql)

-- UP

CREATE TABLE digit (d int NOT NULL PRIMARY KEY);

INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

CREATE TABLE account (
  id int NOT NULL PRIMARY KEY,
  name varchar(60) NOT NULL,
  balance int NOT NULL,
  kind enum('plain', 'gold') NOT NULL DEFAULT 'plain',
  score int NULL,
  legacy varchar(20) NULL
);

INSERT INTO account
SELECT n.id, CONCAT('account ', n.id), n.id % 977 + 100, IF(n.id % 7 = 0, 'gold', 'plain'), n.id % 13, CONCAT('l', n.id)
FROM (SELECT a.d * 1000 + b.d * 100 + c.d * 10 + e.d AS id FROM digit a, digit b, digit c, digit e) AS n;

CREATE TABLE log (id int NOT NULL PRIMARY KEY, account_id int NOT NULL, what varchar(20) NOT NULL, amount int NULL);

CREATE TABLE reading (id int NOT NULL, day int NOT NULL, value int NOT NULL, PRIMARY KEY (id, day))
PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN (200));

INSERT INTO reading SELECT id, id % 200, balance FROM account;

CREATE DEFINER=`fire_owner`@`%` PROCEDURE settle(IN part int)
  UPDATE account SET balance = balance + part WHERE id < part;

CREATE DEFINER=`fire_owner`@`%` FUNCTION fee_of(amount int) RETURNS int DETERMINISTIC NO SQL RETURN amount DIV 10;

GRANT EXECUTE ON PROCEDURE settle TO `fire_reader`@`%`;

GRANT EXECUTE ON FUNCTION fee_of TO `fire_reader`@`%`;

CREATE DEFINER=`fire_owner`@`%` VIEW rich AS SELECT id, name FROM account WHERE balance > 900;

CREATE DEFINER=`fire_owner`@`%` TRIGGER log_amount BEFORE INSERT ON log FOR EACH ROW SET NEW.amount = COALESCE(NEW.amount, 0);

CREATE DEFINER=`fire_owner`@`%` EVENT cleanup ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE
  DO DELETE FROM log WHERE id < 0;

-- DOWN

DROP EVENT cleanup;

DROP TRIGGER log_amount;

DROP VIEW rich;

DROP FUNCTION fee_of;

DROP PROCEDURE settle;

DROP TABLE reading, log, account, digit;
