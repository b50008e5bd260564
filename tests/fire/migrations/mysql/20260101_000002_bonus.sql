-- Bonus (mysql)

-- UP

UPDATE account SET balance = balance + 10;

INSERT INTO log SELECT id * 100 + 1, id, 'bonus', 10 FROM account WHERE id % 2 = 0;

UPDATE log SET amount = amount + 1 WHERE what = 'bonus';

-- DOWN

DELETE FROM log WHERE what = 'bonus';

UPDATE account SET balance = balance - 10;
