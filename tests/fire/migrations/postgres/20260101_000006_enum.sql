-- Enum (postgres)

-- UP

ALTER TYPE kind ADD VALUE 'black';

-- STEP use it

UPDATE account SET kind = 'black', balance = balance + 1 WHERE id % 100 = 0;

-- gen: no transaction
ALTER TYPE kind ADD VALUE 'blue' BEFORE 'gold';

-- gen: no transaction
UPDATE account SET kind = 'blue', balance = balance + 1 WHERE id % 100 = 1;

-- DOWN

UPDATE account SET kind = CASE WHEN id % 7 = 0 THEN 'gold' ELSE 'plain' END::kind, balance = balance - 1
WHERE kind IN ('black', 'blue');

-- STEP replace the type

ALTER TYPE kind RENAME TO kind_old;

CREATE TYPE kind AS ENUM ('plain', 'gold');

ALTER TABLE account ALTER COLUMN kind DROP DEFAULT;

ALTER TABLE account ALTER COLUMN kind TYPE kind USING kind::text::kind;

ALTER TABLE account ALTER COLUMN kind SET DEFAULT 'plain';

DROP TYPE kind_old;
