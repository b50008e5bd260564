-- Journal (sqlite)

-- UP

-- gen: no transaction
PRAGMA user_version = 7;

UPDATE account SET balance = balance + 1;

-- gen: no transaction
UPDATE account SET balance = balance * 2;

-- DOWN

UPDATE account SET balance = balance / 2;

-- gen: no transaction
UPDATE account SET balance = balance - 1;

-- gen: no transaction
PRAGMA user_version = 0;
