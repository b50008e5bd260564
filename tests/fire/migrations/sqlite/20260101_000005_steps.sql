-- Steps (sqlite)

-- UP

CREATE TABLE invoice (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, total INTEGER NOT NULL);

INSERT INTO invoice SELECT id, id, balance FROM account WHERE id % 2 = 1;

-- STEP fill

UPDATE invoice SET total = total * 2;

UPDATE account SET balance = balance + 1 WHERE id % 2 = 1;

-- STEP narrow

UPDATE invoice SET total = total - 5 WHERE id % 3 = 0;

DELETE FROM invoice WHERE id % 11 = 0;

CREATE UNIQUE INDEX invoice_account ON invoice (account_id);

-- DOWN

UPDATE account SET balance = balance - 1 WHERE id % 2 = 1;

-- STEP drop

DROP TABLE invoice;
