-- Upkeep (mysql)

-- UP

ALTER TABLE account ENGINE = InnoDB;

ALTER TABLE log CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ANALYZE TABLE account;

CREATE OR REPLACE VIEW poor AS SELECT id FROM account WHERE balance < 200;

-- gen: repeatable
UPDATE account SET points = 5 WHERE points = 4;

ALTER TABLE account DROP COLUMN note, ADD COLUMN remark varchar(50) NOT NULL DEFAULT 'none' AFTER points, ALGORITHM = COPY;

-- DOWN

ALTER TABLE account DROP COLUMN remark, ADD COLUMN note varchar(80) NULL AFTER points;

UPDATE account SET note = CONCAT(name, '!?');

UPDATE account SET points = 4 WHERE id % 13 = 4;

DROP VIEW poor;

ALTER TABLE log CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
