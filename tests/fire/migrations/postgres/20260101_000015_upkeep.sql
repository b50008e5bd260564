-- Upkeep (postgres)

-- UP

-- gen: no transaction
CLUSTER account USING account_pkey;

-- gen: no transaction
ALTER TABLE account ALTER COLUMN fee TYPE bigint;

-- gen: no transaction
CREATE INDEX CONCURRENTLY account_note ON account (note);

-- gen: no transaction
ALTER INDEX account_note RENAME TO account_remark;

-- gen: no transaction
ALTER TABLE account RENAME COLUMN note TO remark;

-- gen: no transaction
UPDATE account SET remark = remark || '.';

-- DOWN

-- gen: no transaction
ALTER TABLE account SET WITHOUT CLUSTER;

-- gen: no transaction
UPDATE account SET remark = rtrim(remark, '.');

-- gen: no transaction
ALTER TABLE account RENAME COLUMN remark TO note;

-- gen: no transaction
DROP INDEX CONCURRENTLY account_remark;

-- gen: no transaction
ALTER TABLE account ALTER COLUMN fee TYPE int;
