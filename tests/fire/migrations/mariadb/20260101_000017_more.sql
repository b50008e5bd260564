-- More (mariadb)

-- UP

CREATE OR REPLACE TABLE summary (id int NOT NULL PRIMARY KEY, total bigint NOT NULL);

INSERT INTO summary SELECT kind + 0, SUM(balance) FROM account GROUP BY kind;

UPDATE summary SET total = total + 1;

CREATE OR REPLACE TABLE summary (id int NOT NULL PRIMARY KEY, total bigint NOT NULL, label varchar(9) NULL) SELECT kind + 0 AS id, COUNT(*) AS total FROM account GROUP BY kind;

ALTER TABLE summary ADD COLUMN IF NOT EXISTS extra int NULL;

ALTER TABLE IF EXISTS summary RENAME COLUMN extra TO more;

-- DOWN

DROP TABLE IF EXISTS summary;
