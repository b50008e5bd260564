-- Own transaction (mysql)

-- UP

START TRANSACTION;

UPDATE account SET balance = balance + 1;

INSERT INTO log SELECT id * 100 + 2, id, 'one', 3 FROM account WHERE id % 5 = 0;

UPDATE account SET balance = balance + 1 WHERE id % 2 = 0;

COMMIT;

UPDATE account SET balance = balance + 5;

-- DOWN

UPDATE account SET balance = balance - 5;

START TRANSACTION;

UPDATE account SET balance = balance - 1 WHERE id % 2 = 0;

DELETE FROM log WHERE what = 'one';

UPDATE account SET balance = balance - 1;

COMMIT;
