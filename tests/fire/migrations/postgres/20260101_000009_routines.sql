-- Routines (postgres)

-- UP

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name, points FROM account WHERE balance > 950;

GRANT SELECT ON rich TO fire_reader;

DROP TRIGGER log_amount ON journal;

CREATE OR REPLACE FUNCTION log_amount() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN NEW.amount := COALESCE(NEW.amount, 3); RETURN NEW; END$$;

CREATE TRIGGER log_amount BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION log_amount();

-- gen: no transaction
CREATE MATERIALIZED VIEW totals AS SELECT kind, sum(balance) AS total FROM account GROUP BY kind;

CREATE UNIQUE INDEX totals_kind ON totals (kind);

-- gen: no transaction
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;

-- DOWN

DROP MATERIALIZED VIEW totals;

-- gen: no transaction
DROP TRIGGER log_amount ON journal;

CREATE OR REPLACE FUNCTION log_amount() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN NEW.amount := COALESCE(NEW.amount, 0); RETURN NEW; END$$;

CREATE TRIGGER log_amount BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION log_amount();

DROP VIEW rich;

CREATE VIEW rich AS SELECT id, name FROM account WHERE balance > 900;

GRANT SELECT ON rich TO fire_reader;
