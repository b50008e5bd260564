-- Drop old (postgres)

-- UP

UPDATE account SET balance = account.balance + old_one.balance FROM old_one WHERE account.id = old_one.id AND old_one.id < 2000;

-- gen: no transaction
DROP TABLE old_one, old_two;

-- gen: no transaction
VACUUM (ANALYZE) account;

-- DOWN

CREATE TABLE old_one AS SELECT id, CASE WHEN id < 2000 THEN balance / 2 ELSE balance END AS balance FROM account;

-- gen: no transaction
CREATE TABLE old_two AS SELECT id, balance + 1 AS balance FROM old_one;

-- gen: no transaction
UPDATE account SET balance = balance / 2 WHERE id < 2000;
