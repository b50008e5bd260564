-- Batches (sqlite)

-- UP

ALTER TABLE account ADD COLUMN fee INTEGER;

-- gen: batches
UPDATE account SET fee = balance / 10 WHERE id IN (SELECT id FROM account WHERE fee IS NULL LIMIT 3000);

UPDATE account SET balance = balance + fee;

ALTER TABLE account ADD COLUMN toll INTEGER NOT NULL DEFAULT 0;

-- gen: batches by id
UPDATE account SET toll = toll + balance / 20 WHERE id >= 0;

-- DOWN

ALTER TABLE account DROP COLUMN toll;

UPDATE account SET balance = balance - fee;

ALTER TABLE account DROP COLUMN fee;
