-- Constraints (postgres)

-- UP

-- gen: check account has a balance below zero
SELECT count(*) FROM account WHERE balance < 0;

ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0) NOT VALID;

-- gen: no transaction
ALTER TABLE account VALIDATE CONSTRAINT account_balance;

-- gen: no transaction
CREATE UNIQUE INDEX CONCURRENTLY account_full ON account (name, id);

ALTER TABLE account ADD CONSTRAINT account_full UNIQUE USING INDEX account_full;

-- gen: no transaction
UPDATE journal SET amount = amount * 3;

-- DOWN

-- gen: no transaction
UPDATE journal SET amount = amount / 3;

ALTER TABLE account DROP CONSTRAINT account_full;

ALTER TABLE account DROP CONSTRAINT account_balance;
