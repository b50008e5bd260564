//! Changes with rows in the tables, up and down again.

use sea_gen::dialect::Product;
use sea_gen::plan::Rename;
use sea_gen::schema::{Change, Name, ObjectName};

use super::*;

/// One change: what was, what will be, the rows, the renames answered.
struct Pair {
    name: &'static str,
    old: &'static str,
    new: &'static str,
    rows: &'static str,
    renames: &'static [(&'static str, &'static str, &'static str)],
}

/// A parent whose rows a careless rebuild would take away with their children.
const FAMILY: &str = "CREATE TABLE child (id integer PRIMARY KEY, parent int REFERENCES parent (id) ON DELETE CASCADE, \
     note text);\
     CREATE VIEW names AS SELECT name FROM parent;\
     CREATE TRIGGER watch AFTER INSERT ON child BEGIN UPDATE parent SET name = name || '!' WHERE id = new.parent; END;";
const FAMILY_ROWS: &str = "INSERT INTO parent (id, name) VALUES (1, 'a'), (7, 'b'), (9, 'gone'); DELETE FROM parent WHERE id = 9; \
     INSERT INTO child (id, parent, note) VALUES (1, 1, 'x'), (2, 7, 'y');";

/// Changes of `parent`, each with the family around it.
const OF_PARENT: &[(&str, &str, &str)] = &[
    (
        "a column added in place",
        "id integer PRIMARY KEY AUTOINCREMENT, name text",
        "id integer PRIMARY KEY AUTOINCREMENT, name text, age int NOT NULL DEFAULT -1, ok boolean NOT NULL DEFAULT TRUE, v int AS (id + 1)",
    ),
    (
        "a column with the present moment",
        "id integer PRIMARY KEY AUTOINCREMENT, name text",
        "id integer PRIMARY KEY AUTOINCREMENT, name text, at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP",
    ),
    (
        "a column with an expression",
        "id integer PRIMARY KEY AUTOINCREMENT, name text",
        "id integer PRIMARY KEY AUTOINCREMENT, name text, n int NOT NULL DEFAULT (1 + 1)",
    ),
    ("a unique column", "id integer PRIMARY KEY, name text", "id integer PRIMARY KEY, name text UNIQUE"),
    (
        "a stored column",
        "id integer PRIMARY KEY, name text",
        "id integer PRIMARY KEY, name text, upper text AS (upper(name)) STORED",
    ),
    (
        "a virtual column computed by another",
        "id integer PRIMARY KEY, name text, n int AS (id + 1), m int AS (n + 1)",
        "id integer PRIMARY KEY, name text, n int AS (id + 1)",
    ),
    ("null no more", "id integer PRIMARY KEY, name text", "id integer PRIMARY KEY, name text NOT NULL DEFAULT 'x'"),
    (
        "another type",
        "id integer PRIMARY KEY AUTOINCREMENT, name text",
        "id integer PRIMARY KEY AUTOINCREMENT, name varchar(80)",
    ),
    ("numbered", "id integer PRIMARY KEY, name text", "id integer PRIMARY KEY AUTOINCREMENT, name text"),
    (
        "a check",
        "id integer PRIMARY KEY, name text, n int",
        "id integer PRIMARY KEY, name text, n int CHECK (n > 0), CONSTRAINT named CHECK (length(name) < 9)",
    ),
    ("a collation", "id integer PRIMARY KEY, name text", "id integer PRIMARY KEY, name text COLLATE NOCASE"),
    ("a default", "id integer PRIMARY KEY, name text DEFAULT 'a'", "id integer PRIMARY KEY, name text DEFAULT 'it''s'"),
    (
        "another key",
        "id integer PRIMARY KEY, name text NOT NULL",
        "id int UNIQUE NOT NULL, name text NOT NULL, PRIMARY KEY (name)",
    ),
    (
        "a foreign key to itself",
        "id integer PRIMARY KEY, name text, boss int",
        "id integer PRIMARY KEY, name text, boss int REFERENCES parent (id) ON DELETE SET NULL",
    ),
    (
        "a foreign key to a table that is new",
        "id integer PRIMARY KEY, name text, boss int",
        "id integer PRIMARY KEY, name text, boss int REFERENCES other (id)); CREATE TABLE other (id integer PRIMARY KEY",
    ),
    (
        "a column dropped in place",
        "id integer PRIMARY KEY, name text, n int, m int AS (id) STORED",
        "id integer PRIMARY KEY, name text",
    ),
    (
        "a column dropped with its check",
        "id integer PRIMARY KEY, name text, n int, CHECK (n > 0 OR name IS NOT NULL)",
        "id integer PRIMARY KEY, name text",
    ),
    ("strict", "id integer PRIMARY KEY, name text", "id integer PRIMARY KEY, name text) STRICT; SELECT (1"),
    (
        "an index and a trigger on a rebuilt table",
        "id integer PRIMARY KEY, name text); CREATE INDEX i ON parent (name); CREATE TRIGGER kept AFTER DELETE ON parent BEGIN DELETE FROM child WHERE id = -1; END; SELECT (1",
        "id integer PRIMARY KEY, name text CHECK (name <> '')); CREATE INDEX i ON parent (name); CREATE INDEX j ON parent (lower(name)) WHERE id > 2; CREATE TRIGGER kept AFTER DELETE ON parent BEGIN DELETE FROM child WHERE id = -1; END; CREATE TRIGGER fresh AFTER UPDATE ON parent BEGIN SELECT 1; END; SELECT (1",
    ),
    (
        "a column with its index",
        "id integer PRIMARY KEY, name text, n int); CREATE INDEX i ON parent (n) WHERE n > 0; SELECT (1",
        "id integer PRIMARY KEY, name text",
    ),
];

const OTHER_PAIRS: &[Pair] = &[
    Pair {
        name: "a table renamed, with constraints nobody named",
        old: "CREATE TABLE p (id integer PRIMARY KEY, a int UNIQUE CHECK (a > 0)); CREATE TABLE c (x int REFERENCES p (id)); CREATE INDEX i ON p (a);",
        new: "CREATE TABLE q (id integer PRIMARY KEY, a int, CONSTRAINT p_a_key UNIQUE (a), CONSTRAINT p_a_check CHECK (a > 0)); CREATE TABLE c (x int REFERENCES q (id)); CREATE INDEX i ON q (a);",
        rows: "INSERT INTO p VALUES (1, 5), (2, 6); INSERT INTO c VALUES (1), (2);",
        renames: &[("p", "", "q")],
    },
    Pair {
        name: "a column renamed, with views, keys and indexes on it",
        old: "CREATE TABLE p (id integer PRIMARY KEY, a int NOT NULL, b text); CREATE TABLE c (x int REFERENCES p (id), y int); CREATE INDEX i ON p (a, b);",
        new: "CREATE TABLE p (id integer PRIMARY KEY, n int NOT NULL, b text); CREATE TABLE c (x int REFERENCES p (id), y int); CREATE INDEX i ON p (n, b);",
        rows: "INSERT INTO p VALUES (1, 5, 'u'), (2, 6, 'v'); INSERT INTO c VALUES (1, 1), (2, 2);",
        renames: &[("p", "a", "n")],
    },
    Pair {
        name: "a column renamed and changed, in a foreign key nobody named",
        old: "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (x int REFERENCES p (id) ON DELETE CASCADE, y int);",
        new: "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (z bigint NOT NULL, y int, CONSTRAINT \"fk-c-x\" FOREIGN KEY (z) REFERENCES p (id) ON DELETE CASCADE);",
        rows: "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2);",
        renames: &[("c", "x", "z")],
    },
    Pair {
        name: "a table renamed that loses a check, and its column renamed that loses another",
        old: "CREATE TABLE p (id integer PRIMARY KEY, a int, b int, CONSTRAINT big CHECK (a > 0), CONSTRAINT small CHECK (b < 9)); CREATE TABLE c (x int, CONSTRAINT up FOREIGN KEY (x) REFERENCES p (id), CONSTRAINT odd CHECK (x > 0));",
        new: "CREATE TABLE q (id integer PRIMARY KEY, n int, b int); CREATE TABLE c (x int, CONSTRAINT up FOREIGN KEY (x) REFERENCES q (id));",
        rows: "INSERT INTO p VALUES (1, 5, 5), (2, 6, 6); INSERT INTO c VALUES (1), (2);",
        renames: &[("p", "", "q"), ("q", "a", "n")],
    },
    Pair {
        name: "tables that refer to each other, made and dropped",
        old: "CREATE TABLE k (id integer PRIMARY KEY);",
        new: "CREATE TABLE k (id integer PRIMARY KEY); CREATE TABLE a (id integer PRIMARY KEY, b int REFERENCES b (id)); CREATE TABLE b (id integer PRIMARY KEY, a int REFERENCES a (id)); CREATE VIEW both_of AS SELECT a.id FROM a JOIN b ON a.b = b.id;",
        rows: "INSERT INTO k VALUES (3);",
        renames: &[],
    },
    Pair {
        name: "every column but rows stay",
        old: "CREATE TABLE t (a int, b int);",
        new: "CREATE TABLE t (c int NOT NULL DEFAULT 5, d text, CHECK (c > 0));",
        rows: "INSERT INTO t VALUES (1, 1), (2, 2);",
        renames: &[],
    },
    Pair {
        name: "a view that reads what changes, changed with it",
        old: "CREATE TABLE t (id integer PRIMARY KEY, a text, b text); CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT a FROM v;",
        new: "CREATE TABLE t (id integer PRIMARY KEY, a text NOT NULL); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;",
        rows: "INSERT INTO t VALUES (1, 'x', 'y');",
        renames: &[],
    },
    Pair {
        name: "the rowid given up and taken back",
        old: "CREATE TABLE t (k text PRIMARY KEY, v int NOT NULL);",
        new: "CREATE TABLE t (k text PRIMARY KEY, v int NOT NULL) WITHOUT ROWID;",
        rows: "INSERT INTO t VALUES ('b', 2), ('a', 1);",
        renames: &[],
    },
    Pair {
        name: "rebuilt without a rowid, with children and an index over some rows",
        old: "CREATE TABLE t (a text, b int, v int, PRIMARY KEY (a, b DESC)) WITHOUT ROWID; CREATE INDEX some ON t (v) WHERE v > 1; \
              CREATE TABLE c (a text, b int, FOREIGN KEY (a, b) REFERENCES t (a, b) ON DELETE CASCADE ON UPDATE CASCADE);",
        new: "CREATE TABLE t (a text, b int, v int CHECK (v > 0), PRIMARY KEY (a, b DESC)) WITHOUT ROWID; CREATE INDEX some ON t (v) WHERE v > 1; \
              CREATE TABLE c (a text, b int, FOREIGN KEY (a, b) REFERENCES t (a, b) ON DELETE CASCADE ON UPDATE CASCADE);",
        rows: "INSERT INTO t VALUES ('x', 1, 1), ('x', 2, 2), ('w', 3, NULL); INSERT INTO c VALUES ('x', 1), ('w', 3), (NULL, 7);",
        renames: &[],
    },
    Pair {
        name: "rebuilt strictly, with every kind of value",
        old: "CREATE TABLE t (id integer PRIMARY KEY, n int, r real, s text, b blob, v any) STRICT; CREATE UNIQUE INDEX some ON t (s) WHERE n IS NOT NULL;",
        new: "CREATE TABLE t (id integer PRIMARY KEY, n int CHECK (n < 9), r real, s text DEFAULT 'x', b blob, v any) STRICT; CREATE UNIQUE INDEX some ON t (s) WHERE n IS NOT NULL;",
        rows: "INSERT INTO t VALUES (1, 5, 1.5, 'é', x'0041', '007'), (2, NULL, NULL, NULL, NULL, 7), (5, -1, 1e300, '', x'', x'07');",
        renames: &[],
    },
    Pair {
        name: "rows that refer to rows of their own table, rebuilt",
        old: "CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT, boss int REFERENCES t (id) ON DELETE CASCADE, name text);",
        new: "CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT, boss int REFERENCES t (id) ON DELETE CASCADE, name text NOT NULL DEFAULT 'x');",
        rows: "INSERT INTO t VALUES (1, 3, 'a'), (3, 1, 'b'), (4, 4, 'c'), (5, NULL, 'd'), (9, NULL, 'gone'); DELETE FROM t WHERE id = 9;",
        renames: &[],
    },
    Pair {
        name: "computed columns, rebuilt",
        old: "CREATE TABLE t (id integer PRIMARY KEY, a int, s int AS (a + 1) STORED, v text AS (a || 'x') VIRTUAL, z int); CREATE INDEX i ON t (v, s) WHERE s > 2; \
              CREATE VIEW w AS SELECT s, v FROM t; CREATE TRIGGER g AFTER UPDATE ON t BEGIN UPDATE t SET z = 0 WHERE id = new.id; END;",
        new: "CREATE TABLE t (id integer PRIMARY KEY, a int CHECK (a > 0), s int AS (a + 1) STORED, v text AS (a || 'x') VIRTUAL, z int); CREATE INDEX i ON t (v, s) WHERE s > 2; \
              CREATE VIEW w AS SELECT s, v FROM t; CREATE TRIGGER g AFTER UPDATE ON t BEGIN UPDATE t SET z = 0 WHERE id = new.id; END;",
        rows: "INSERT INTO t (id, a, z) VALUES (1, 1, 5), (2, 9, 6), (3, NULL, 7);",
        renames: &[],
    },
];

/// The rows of every table that both schemas have, with the columns both have, in an order of their own.
async fn rows_in_common(session: &mut Session, here: &Normalized, there: &Normalized) -> Vec<String> {
    let mut found = Vec::new();
    for (name, table) in &here.schema().tables {
        let Some(other) = there.schema().tables.get(name) else { continue };
        let columns: Vec<String> = table
            .columns
            .keys()
            .filter(|column| other.columns.contains_key(*column))
            .map(|column| dialect::of(Product::Sqlite).quote(column))
            .collect();
        found.push(format!("{name} {}", texts(session, &format!("SELECT count(*) FROM \"{name}\"")).await.concat()));
        if !columns.is_empty() {
            let sql = format!("SELECT {} FROM \"{name}\" ORDER BY 1, 2, 3", columns.join(", "));
            let sql = if columns.len() < 3 { sql.replace(" ORDER BY 1, 2, 3", " ORDER BY 1") } else { sql };
            found.extend(texts(session, &sql).await);
        }
    }
    found
}

async fn there_and_back_with_rows(pair: &Pair) {
    let mut session = with(pair.old).await;
    for statement in sea_gen_runner::sql::split(Product::Sqlite, pair.rows).expect("SQL") {
        session.execute(&statement).await.unwrap_or_else(|error| panic!("{}: {error}", pair.name));
    }
    let old = read(&mut session).await;
    let mut wanted = with(pair.new).await;
    let new = read(&mut wanted).await;
    let renames: Vec<Rename> = pair
        .renames
        .iter()
        .map(|(table, from, to)| match *from {
            "" => Rename::Table(Change::new(ObjectName::local(*table), ObjectName::local(*to))),
            from => Rename::Column(ObjectName::local(*table), Change::new(Name::from(from), Name::from(*to))),
        })
        .collect();
    let before = oracle(&mut session).await;
    let rows = rows_in_common(&mut session, &old, &new).await;
    let sequence = "SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'";
    let numbers = !texts(&mut session, sequence).await.is_empty() && !texts(&mut wanted, sequence).await.is_empty();
    let plan = diff(&old, &new, &renames);
    assert!(!plan.is_empty(), "{}: nothing to do", pair.name);
    println!("{}", pair.name);
    carry_out(&mut session, &plan, &old).await;
    assert_eq!(read(&mut session).await, new, "{}: up", pair.name);
    alike(&oracle(&mut session).await, &oracle(&mut wanted).await);
    assert_eq!(rows_in_common(&mut session, &new, &old).await.len(), rows.len(), "{}: rows", pair.name);
    if pair.renames.is_empty() && old.schema().tables.len() == new.schema().tables.len() {
        alike(&rows_in_common(&mut session, &new, &old).await, &rows);
    }
    if numbers {
        assert_eq!(
            texts(&mut session, "SELECT seq FROM sqlite_sequence").await,
            ["9|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅"],
            "{}",
            pair.name
        );
    }
    for view in new.schema().views.keys() {
        texts(&mut session, &format!("SELECT * FROM \"{view}\"")).await;
    }
    carry_out(&mut session, &plan.inverse(old.schema()), &new).await;
    assert_eq!(read(&mut session).await, old, "{}: down", pair.name);
    alike(&oracle(&mut session).await, &before);
    alike(&rows_in_common(&mut session, &old, &new).await, &rows);
}

#[apply(test)]
fn a_parent_changes_and_no_row_is_lost() {
    for (name, old, new) in OF_PARENT {
        run(async {
            let sql = |columns: &str| -> &'static str { format!("CREATE TABLE parent ({columns}); {FAMILY}").leak() };
            let pair = Pair { name, old: sql(old), new: sql(new), rows: FAMILY_ROWS, renames: &[] };
            there_and_back_with_rows(&pair).await;
        });
    }
}

#[apply(test)]
fn other_changes_there_and_back() {
    for pair in OTHER_PAIRS {
        run(there_and_back_with_rows(pair));
    }
}
