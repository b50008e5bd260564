-- Base (sqlite)

-- UP

CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  balance INTEGER NOT NULL,
  score INTEGER,
  legacy TEXT
);

INSERT INTO account
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 14999)
SELECT i, 'account ' || i, i % 977 + 100, i % 13, 'l' || i FROM n;

CREATE TABLE log (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), what TEXT NOT NULL, amount INTEGER);

CREATE VIEW rich AS SELECT id, name FROM account WHERE balance > 900;

CREATE TRIGGER log_amount AFTER INSERT ON log WHEN NEW.amount IS NULL
BEGIN
  UPDATE log SET amount = 0 WHERE id = NEW.id;
END;

-- DOWN

DROP TRIGGER log_amount;

DROP VIEW rich;

DROP TABLE log;

DROP TABLE account;
