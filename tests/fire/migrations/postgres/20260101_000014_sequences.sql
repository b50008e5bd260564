-- Sequences (postgres)

-- UP

CREATE SEQUENCE ticket START WITH 100;

SELECT setval('ticket', 500);

ALTER SEQUENCE ticket INCREMENT BY 5;

CREATE TABLE numbered (id bigint PRIMARY KEY DEFAULT nextval('ticket'), name text NOT NULL);

INSERT INTO numbered SELECT id, name FROM account WHERE id < 2000 ORDER BY id;

-- gen: no transaction
ALTER TABLE numbered ADD COLUMN place bigserial;

-- DOWN

-- gen: no transaction
ALTER TABLE numbered DROP COLUMN place;

DROP TABLE numbered;

DROP SEQUENCE ticket;
