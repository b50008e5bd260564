-- Base (postgres)

-- UP

CREATE TYPE kind AS ENUM ('plain', 'gold');

CREATE TABLE account (
  id int PRIMARY KEY,
  name varchar(60) NOT NULL,
  balance int NOT NULL,
  kind kind NOT NULL DEFAULT 'plain',
  score int,
  legacy text
);

INSERT INTO account
SELECT n, 'account ' || n, n % 977 + 100, CASE WHEN n % 7 = 0 THEN 'gold' ELSE 'plain' END::kind, n % 13, 'l' || n
FROM generate_series(0, 14999) AS n;

CREATE TABLE log (id int PRIMARY KEY, account_id int NOT NULL, what text NOT NULL, amount int);

CREATE TABLE reading (id int NOT NULL, day int NOT NULL, value int NOT NULL) PARTITION BY RANGE (day);

CREATE TABLE reading_0 PARTITION OF reading FOR VALUES FROM (0) TO (100);

CREATE TABLE reading_1 PARTITION OF reading FOR VALUES FROM (100) TO (200);

INSERT INTO reading SELECT id, id % 200, balance FROM account;

CREATE FUNCTION fee_of(amount int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT amount / 10';

CREATE PROCEDURE settle(part int) LANGUAGE sql AS 'UPDATE account SET balance = balance + part WHERE id < part';

REVOKE EXECUTE ON FUNCTION fee_of(int) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION fee_of(int) TO fire_reader;

CREATE VIEW rich AS SELECT id, name FROM account WHERE balance > 900;

GRANT SELECT ON rich TO fire_reader;

CREATE FUNCTION log_amount() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN NEW.amount := COALESCE(NEW.amount, 0); RETURN NEW; END$$;

CREATE TRIGGER log_amount BEFORE INSERT ON log FOR EACH ROW EXECUTE FUNCTION log_amount();

-- DOWN

DROP TABLE reading, log;

DROP VIEW rich;

DROP TABLE account;

DROP FUNCTION log_amount();

DROP PROCEDURE settle(int);

DROP FUNCTION fee_of(int);

DROP TYPE kind;
