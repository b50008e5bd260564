-- Steps (postgres)

-- UP

CREATE TABLE invoice (id int PRIMARY KEY, account_id int NOT NULL, total int NOT NULL);

INSERT INTO invoice SELECT id, id, balance FROM account WHERE id % 2 = 1;

-- STEP fill

UPDATE invoice SET total = total * 2;

UPDATE account SET balance = balance + 1 WHERE id % 2 = 1;

-- STEP narrow

UPDATE invoice SET total = total - 5 WHERE id % 3 = 0;

DELETE FROM invoice WHERE id % 11 = 0;

ALTER TABLE invoice ADD CONSTRAINT invoice_account FOREIGN KEY (account_id) REFERENCES account (id) NOT VALID;

-- STEP validate

ALTER TABLE invoice VALIDATE CONSTRAINT invoice_account;

-- DOWN

UPDATE account SET balance = balance - 1 WHERE id % 2 = 1;

-- STEP drop

DROP TABLE invoice;
