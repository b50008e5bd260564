-- Steps (mysql)

-- UP

CREATE TABLE invoice (id int NOT NULL PRIMARY KEY, account_id int NOT NULL, total int NOT NULL);

-- STEP fill

INSERT INTO invoice SELECT id, id, balance FROM account WHERE id % 2 = 1;

UPDATE invoice SET total = total * 2;

-- STEP narrow

UPDATE invoice SET total = total - 5 WHERE id % 3 = 0;

DELETE FROM invoice WHERE id % 11 = 0;

ALTER TABLE invoice ADD UNIQUE INDEX invoice_account (account_id);

-- DOWN

ALTER TABLE invoice DROP INDEX invoice_account;

-- STEP drop

DROP TABLE invoice;
