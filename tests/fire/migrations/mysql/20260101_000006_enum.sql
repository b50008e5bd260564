-- Enum (mysql)

-- UP

ALTER TABLE account MODIFY COLUMN kind enum('plain', 'gold', 'black') NOT NULL DEFAULT 'plain';

-- STEP use it

UPDATE account SET kind = 'black', balance = balance + 1 WHERE id % 100 = 0;

-- DOWN

UPDATE account SET kind = IF(id % 7 = 0, 'gold', 'plain'), balance = balance - 1 WHERE kind = 'black';

ALTER TABLE account MODIFY COLUMN kind enum('plain', 'gold') NOT NULL DEFAULT 'plain';
