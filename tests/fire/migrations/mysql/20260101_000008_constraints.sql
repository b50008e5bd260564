-- Constraints (mysql)

-- UP

-- gen: check account has a balance below zero
SELECT count(*) FROM account WHERE balance < 0;

ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0);

ALTER TABLE log ADD INDEX log_account (account_id), ADD CONSTRAINT log_account FOREIGN KEY (account_id) REFERENCES account (id);

UPDATE log SET amount = amount * 3;

-- gen: check log has an amount that is not divided by three
SELECT count(*) FROM log WHERE amount % 3 <> 0;

-- DOWN

UPDATE log SET amount = amount DIV 3;

ALTER TABLE log DROP FOREIGN KEY log_account, DROP INDEX log_account;

ALTER TABLE account DROP CONSTRAINT account_balance;
