-- Vacuum (sqlite)

-- UP

CREATE TABLE spare AS SELECT * FROM account;

UPDATE account SET balance = balance + 1;

-- gen: no transaction
VACUUM;

DROP TABLE spare;

-- gen: no transaction
VACUUM;

UPDATE account SET balance = balance + 2;

-- DOWN

UPDATE account SET balance = balance - 3;

-- gen: no transaction
VACUUM;
