-- Journal (sqlite)

-- UP

-- gen: no transaction
PRAGMA journal_mode = WAL;

UPDATE account SET balance = balance + 1;

-- gen: no transaction
UPDATE account SET balance = balance * 2;

-- DOWN

UPDATE account SET balance = balance / 2;

-- gen: no transaction
UPDATE account SET balance = balance - 1;

-- gen: no transaction
PRAGMA journal_mode = DELETE;
