-- Renames (sqlite)

-- UP

CREATE TABLE left_side AS SELECT id, balance FROM account WHERE id < 3000;

-- gen: no transaction
ALTER TABLE left_side RENAME TO right_side;

-- gen: no transaction
ALTER TABLE right_side RENAME COLUMN balance TO cents;

-- gen: no transaction
UPDATE right_side SET cents = cents * 100;

-- DOWN

DROP TABLE right_side;
