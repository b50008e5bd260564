-- Old tables (postgres)

-- UP

CREATE TABLE old_one AS SELECT id, balance FROM account;

-- gen: no transaction
CREATE TABLE old_two AS SELECT id, balance + 1 AS balance FROM old_one;

-- gen: no transaction
VACUUM old_one;

-- gen: no transaction
ANALYZE old_two;

-- DOWN

-- gen: no transaction
DROP TABLE old_one, old_two;
