-- Bonus (sqlite)

-- UP

UPDATE account SET balance = balance + 10;

INSERT INTO log SELECT id * 100 + 1, id, 'bonus', 10 FROM account WHERE id % 2 = 0;

-- gen: no transaction
UPDATE account SET balance = balance + 3;

-- gen: no transaction
INSERT INTO log SELECT id * 100 + 2, id, 'extra', NULL FROM account WHERE id % 3 = 0;

UPDATE log SET amount = amount + 1;

-- DOWN

-- gen: no transaction
DELETE FROM log WHERE what IN ('bonus', 'extra');

UPDATE account SET balance = balance - 13;
