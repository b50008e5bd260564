-- Routines (mysql)

-- UP

DROP PROCEDURE settle;

CREATE PROCEDURE settle(IN part int) UPDATE account SET balance = balance + part * 2 WHERE id < part;

DROP FUNCTION fee_of;

CREATE FUNCTION fee_of(amount int) RETURNS int DETERMINISTIC NO SQL RETURN amount DIV 20;

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name, points FROM account WHERE balance > 950;

DROP TRIGGER log_amount;

CREATE TRIGGER log_amount BEFORE INSERT ON log FOR EACH ROW SET NEW.amount = COALESCE(NEW.amount, 3);

DROP EVENT cleanup;

CREATE EVENT cleanup ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM log WHERE id < -1;

-- DOWN

DROP EVENT cleanup;

CREATE EVENT cleanup ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM log WHERE id < 0;

DROP TRIGGER log_amount;

CREATE TRIGGER log_amount BEFORE INSERT ON log FOR EACH ROW SET NEW.amount = COALESCE(NEW.amount, 0);

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name FROM account WHERE balance > 900;

DROP FUNCTION fee_of;

CREATE FUNCTION fee_of(amount int) RETURNS int DETERMINISTIC NO SQL RETURN amount DIV 10;

DROP PROCEDURE settle;

CREATE PROCEDURE settle(IN part int) UPDATE account SET balance = balance + part WHERE id < part;
