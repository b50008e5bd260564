-- Sequences (mariadb)

-- UP

CREATE SEQUENCE ticket START WITH 100 INCREMENT BY 1 NOCACHE;

SELECT SETVAL(ticket, 500);

ALTER SEQUENCE ticket INCREMENT BY 5;

CREATE TABLE numbered (id bigint NOT NULL DEFAULT NEXTVAL(ticket) PRIMARY KEY, name varchar(40) NOT NULL);

INSERT INTO numbered SELECT id, name FROM account WHERE id < 2000;

CREATE SEQUENCE spare_ticket;

CREATE SEQUENCE third_ticket START WITH 7;

RENAME TABLE third_ticket TO seventh_ticket;

DROP SEQUENCE spare_ticket, seventh_ticket;

ALTER TABLE numbered ADD COLUMN checked int NOT NULL DEFAULT 0, ADD CONSTRAINT numbered_checked CHECK (checked >= 0);

-- DOWN

DROP TABLE numbered;

DROP SEQUENCE ticket;
