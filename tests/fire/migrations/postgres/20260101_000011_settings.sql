-- Settings (postgres)

-- UP

SET fire.bonus = '7';

-- gen: no transaction
UPDATE account SET balance = balance + current_setting('fire.bonus')::int WHERE id % 3 = 0;

SELECT set_config('fire.more', '2', false);

CREATE SCHEMA side;

SET search_path = side, public;

-- gen: no transaction
CREATE TABLE noted (id int PRIMARY KEY, balance int NOT NULL);

-- gen: no transaction
INSERT INTO noted SELECT id, balance * current_setting('fire.more')::int FROM account WHERE id < 4000;

-- gen: no transaction
CREATE INDEX CONCURRENTLY noted_balance ON noted (balance);

RESET search_path;

-- DOWN

SET fire.bonus = '7';

SET search_path = side, public;

-- gen: no transaction
DROP INDEX CONCURRENTLY noted_balance;

-- gen: no transaction
DROP TABLE noted;

DROP SCHEMA side;

-- gen: no transaction
UPDATE account SET balance = balance - current_setting('fire.bonus')::int WHERE id % 3 = 0;
