-- Batches (sqlite)

-- UP

ALTER TABLE account ADD COLUMN fee INTEGER;

-- gen: batches
UPDATE account SET fee = balance / 10 WHERE id IN (SELECT id FROM account WHERE fee IS NULL LIMIT 3000);

UPDATE account SET balance = balance + fee;

-- DOWN

UPDATE account SET balance = balance - fee;

ALTER TABLE account DROP COLUMN fee;
