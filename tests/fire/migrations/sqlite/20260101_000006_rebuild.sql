-- Rebuild (sqlite)

-- UP

CREATE TABLE "_new_log" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "account_id" INTEGER NOT NULL REFERENCES "account" ("id"), "what" TEXT NOT NULL, "amount" INTEGER NOT NULL DEFAULT 0);

INSERT INTO "_new_log" ("id", "account_id", "what", "amount")
SELECT "id", "account_id", "what", "amount"
FROM "log";

DROP TABLE "log";

PRAGMA legacy_alter_table = ON;

ALTER TABLE "_new_log" RENAME TO "log";

PRAGMA legacy_alter_table = OFF;

CREATE INDEX "log_account" ON "log" ("account_id");

CREATE TRIGGER log_amount AFTER INSERT ON log WHEN NEW.amount = 0
BEGIN
  UPDATE log SET amount = 1 WHERE id = NEW.id;
END;

-- DOWN

CREATE TABLE "_new_log" (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id), what TEXT NOT NULL, amount INTEGER);

INSERT INTO "_new_log" ("id", "account_id", "what", "amount")
SELECT "id", "account_id", "what", "amount"
FROM "log";

DROP TABLE "log";

PRAGMA legacy_alter_table = ON;

ALTER TABLE "_new_log" RENAME TO "log";

PRAGMA legacy_alter_table = OFF;

CREATE TRIGGER log_amount AFTER INSERT ON log WHEN NEW.amount IS NULL
BEGIN
  UPDATE log SET amount = 0 WHERE id = NEW.id;
END;
