-- Batches (mysql)

-- UP

ALTER TABLE account ADD COLUMN fee int NULL;

-- gen: batches
UPDATE account SET fee = balance DIV 10 WHERE fee IS NULL LIMIT 2000;

ALTER TABLE account MODIFY COLUMN fee int NOT NULL;

CREATE TABLE archive AS SELECT id, name, balance FROM account WHERE id < 4000;

ALTER TABLE archive ADD PRIMARY KEY (id), COMMENT = 'what was';

ALTER TABLE account ADD COLUMN toll int NOT NULL DEFAULT 0;

-- gen: batches by id
UPDATE account SET toll = toll + balance DIV 20 WHERE id >= 0;

-- DOWN

ALTER TABLE account DROP COLUMN toll;

DROP TABLE archive;

ALTER TABLE account DROP COLUMN fee;
