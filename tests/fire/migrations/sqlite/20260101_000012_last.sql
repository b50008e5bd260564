-- Last (sqlite)

-- UP

-- gen: no transaction
ANALYZE;

-- gen: no transaction
REINDEX;

-- gen: no transaction
CREATE INDEX account_balance ON account (balance);

INSERT INTO log (account_id, what, amount) SELECT id, 'last', 9 FROM account WHERE id % 10 = 0;

-- DOWN

DELETE FROM log WHERE what = 'last';

-- gen: no transaction
DROP INDEX account_balance;
