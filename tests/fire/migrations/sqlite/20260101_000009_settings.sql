-- Settings (sqlite)

-- UP

-- gen: no transaction
PRAGMA recursive_triggers = ON;

-- gen: no transaction
PRAGMA secure_delete = ON;

CREATE TABLE tree (id INTEGER PRIMARY KEY, depth INTEGER NOT NULL);

CREATE TRIGGER tree_grow AFTER INSERT ON tree WHEN NEW.depth < 40
BEGIN
  INSERT INTO tree VALUES (NEW.id + 1, NEW.depth + 1);
END;

-- STEP grow

INSERT INTO tree SELECT id * 100, 0 FROM account WHERE id < 100;

-- DOWN

DROP TABLE tree;
