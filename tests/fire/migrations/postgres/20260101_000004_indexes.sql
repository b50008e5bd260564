-- Indexes (postgres)

-- UP

-- gen: no transaction
CREATE INDEX CONCURRENTLY account_name ON account (name);

-- gen: no transaction
CREATE UNIQUE INDEX CONCURRENTLY account_number ON account (id, name);

-- gen: no transaction
CREATE INDEX CONCURRENTLY ON account (balance);

-- gen: no transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_kind ON account (kind);

-- gen: no transaction
REINDEX INDEX CONCURRENTLY account_name;

-- gen: no transaction
DROP INDEX CONCURRENTLY account_number;

-- gen: no transaction
REINDEX TABLE CONCURRENTLY account;

-- DOWN

-- gen: no transaction
DROP INDEX CONCURRENTLY IF EXISTS account_kind;

-- gen: no transaction
DROP INDEX CONCURRENTLY account_balance_idx;

-- gen: no transaction
DROP INDEX CONCURRENTLY account_name;
