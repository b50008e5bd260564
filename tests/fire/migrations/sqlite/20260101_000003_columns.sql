-- Columns (sqlite)

-- UP

ALTER TABLE account ADD COLUMN note TEXT;

UPDATE account SET note = name || '!';

ALTER TABLE account RENAME COLUMN score TO points;

ALTER TABLE account DROP COLUMN legacy;

CREATE INDEX account_name ON account (name);

-- DOWN

DROP INDEX account_name;

ALTER TABLE account RENAME COLUMN points TO score;

ALTER TABLE account DROP COLUMN note;

ALTER TABLE account ADD COLUMN legacy TEXT;

UPDATE account SET legacy = 'l' || id;
