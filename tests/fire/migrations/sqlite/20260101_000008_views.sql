-- Views (sqlite)

-- UP

-- gen: check account has a balance below zero
SELECT count(*) FROM account WHERE balance < 0;

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name, points FROM account WHERE balance > 950;

DROP TRIGGER log_amount;

-- gen: no transaction
CREATE TRIGGER log_amount AFTER INSERT ON log WHEN NEW.amount = 0
BEGIN
  UPDATE log SET amount = 2 WHERE id = NEW.id;
END;

-- gen: no transaction
UPDATE log SET amount = amount * 3;

-- DOWN

-- gen: no transaction
UPDATE log SET amount = amount / 3;

DROP TRIGGER log_amount;

CREATE TRIGGER log_amount AFTER INSERT ON log WHEN NEW.amount = 0
BEGIN
  UPDATE log SET amount = 1 WHERE id = NEW.id;
END;

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name FROM account WHERE balance > 900;
