-- Batches (postgres)

-- UP

ALTER TABLE account ADD COLUMN fee int;

-- gen: batches
UPDATE account SET fee = balance / 10 WHERE id IN (SELECT id FROM account WHERE fee IS NULL LIMIT 3000);

ALTER TABLE account ADD CONSTRAINT account_fee CHECK (fee IS NOT NULL) NOT VALID;

-- STEP validate

ALTER TABLE account VALIDATE CONSTRAINT account_fee;

ALTER TABLE account ALTER COLUMN fee SET NOT NULL;

ALTER TABLE account DROP CONSTRAINT account_fee;

ALTER TABLE account ADD COLUMN toll int NOT NULL DEFAULT 0;

-- gen: batches by id
UPDATE account SET toll = toll + balance / 20 WHERE id >= 0;

-- DOWN

ALTER TABLE account DROP COLUMN toll;

ALTER TABLE account DROP COLUMN fee;
