-- Columns (postgres)

-- UP

ALTER TABLE account ADD COLUMN note text;

UPDATE account SET note = name || '!';

ALTER TABLE account RENAME COLUMN score TO points;

ALTER TABLE account DROP COLUMN legacy;

CREATE INDEX account_points ON account (points);

ALTER TABLE log RENAME TO journal;

-- DOWN

ALTER TABLE journal RENAME TO log;

DROP INDEX account_points;

ALTER TABLE account ADD COLUMN legacy text;

UPDATE account SET legacy = 'l' || id;

ALTER TABLE account RENAME COLUMN points TO score;

ALTER TABLE account DROP COLUMN note;
