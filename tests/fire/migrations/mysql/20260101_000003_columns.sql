-- Columns (mysql)

-- UP

ALTER TABLE account ADD COLUMN note varchar(80) NULL;

UPDATE account SET note = CONCAT(name, '!');

UPDATE account SET note = CONCAT(note, '?');

ALTER TABLE account RENAME COLUMN score TO points;

CREATE INDEX account_name ON account (name);

ALTER TABLE account DROP COLUMN legacy;

ALTER TABLE account MODIFY COLUMN name varchar(100) NOT NULL, ADD INDEX account_points (points);

-- DOWN

ALTER TABLE account DROP INDEX account_points, MODIFY COLUMN name varchar(60) NOT NULL;

ALTER TABLE account ADD COLUMN legacy varchar(20) NULL AFTER points;

UPDATE account SET legacy = CONCAT('l', id);

DROP INDEX account_name ON account;

ALTER TABLE account RENAME COLUMN points TO score;

ALTER TABLE account DROP COLUMN note;
