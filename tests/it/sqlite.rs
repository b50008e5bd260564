//! SQLite against the real thing: files of its own, SQLite's pragmas and shell-readable catalog as the oracle.

use std::collections::BTreeMap;

use sea_gen::dialect::session::{Missing, Session};
use sea_gen::dialect::{self, Product};
use sea_gen::diff::diff;
use sea_gen::introspect::{Scope, introspect};
use sea_gen::plan::{Plan, Rename};
use sea_gen::schema::{
    Action, Change, Check, Column, DefaultValue, Expression, ForeignKey, Identity, Index, Literal, Name, Normalized,
    ObjectName, PrimaryKey, Schema, Table, Type, Unique,
};

/// Runs an asynchronous test body.
fn run<F: Future<Output = ()>>(body: F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(body);
}

async fn memory() -> Session {
    Session::connect("sqlite::memory:", Missing::Refuse).await.expect("a database in memory")
}

async fn with(sql: &str) -> Session {
    let mut session = memory().await;
    session.execute(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    session
}

async fn read(session: &mut Session) -> Normalized {
    let catalog = introspect(session, &Scope::default()).await.expect("the catalog");
    normal(catalog.schema)
}

fn normal(schema: Schema) -> Normalized {
    dialect::of(Product::Sqlite).normalize(schema).expect("a schema SQLite can hold")
}

/// Carries a plan out as the runner does.
async fn carry_out(session: &mut Session, plan: &Plan, from: &Normalized) {
    let statements = dialect::statements(dialect::of(Product::Sqlite), plan, from.schema()).expect("statements");
    session.execute("PRAGMA foreign_keys = OFF").await.expect("foreign keys off");
    session.execute("BEGIN IMMEDIATE").await.expect("a transaction");
    for statement in &statements {
        let done = session.execute(&statement.sql).await;
        done.unwrap_or_else(|error| panic!("{error}\n{}\nof {statements:#?}", statement.sql));
    }
    let broken = session.query("PRAGMA foreign_key_check").await.expect("a check");
    assert_eq!(broken, [], "foreign keys broken by {statements:#?}");
    session.execute("COMMIT").await.expect("a commit");
    session.execute("PRAGMA foreign_keys = ON").await.expect("foreign keys on");
}

async fn texts(session: &mut Session, sql: &str) -> Vec<String> {
    let rows = session.query(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    rows.iter().map(|row| (0..12).map(|at| row.get(at).unwrap_or("∅")).collect::<Vec<_>>().join("|")).collect()
}

/// What SQLite itself says of its schema, but for the wording of the texts: nothing of ours is asked.
async fn oracle(session: &mut Session) -> Vec<String> {
    const QUERIES: [&str; 5] = [
        "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
        "SELECT s.name, x.name, lower(replace(x.type, ' ', '')), x.\"notnull\" OR (x.pk AND lower(x.type) = 'integer' AND \
           (SELECT count(*) FROM pragma_table_xinfo(s.name) WHERE pk) = 1), nullif(x.dflt_value, 'NULL'), x.pk, x.hidden \
         FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) x WHERE s.type = 'table' AND s.sql NOT LIKE '%virtual table%' \
         ORDER BY 1, x.cid",
        "SELECT s.name, i.\"unique\", i.origin, i.partial, iif(i.origin = 'c', i.name, ''), group_concat(x.cid || ':' || \
           ifnull(x.name, '') || ':' || x.\"desc\" || ':' || upper(x.coll) || ':' || x.key) \
         FROM sqlite_schema s JOIN pragma_index_list(s.name) i JOIN pragma_index_xinfo(i.name) x WHERE s.type = 'table' \
         AND s.sql NOT LIKE '%virtual table%' GROUP BY s.name, i.name ORDER BY 1, 2, 3, 4, 5, 6",
        "SELECT s.name, f.\"table\", f.\"from\", f.seq, coalesce(f.\"to\", (SELECT name FROM pragma_table_info(f.\"table\") \
           WHERE pk = f.seq + 1)), f.on_update, f.on_delete \
         FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f WHERE s.type = 'table' ORDER BY 1, 2, 3, 4, 5",
        "SELECT name, sql LIKE '%autoincrement%', sql LIKE '%without rowid%', sql LIKE '%strict%', \
           (length(sql) - length(replace(lower(sql), 'check (', ''))) + (length(sql) - length(replace(lower(sql), 'check(', ''))) > 0, \
           sql LIKE '%deferred%', sql LIKE '%replace%' \
         FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    ];
    let mut said = Vec::new();
    for query in QUERIES {
        said.extend(texts(session, query).await);
        said.push("---".to_owned());
    }
    said
}

fn empty() -> Normalized {
    normal(Schema::default())
}

/// From nothing to the schema in a second database and back to nothing.
async fn there_and_back(sql: &str) -> Normalized {
    let mut first = with(sql).await;
    let schema = read(&mut first).await;
    assert_eq!(normal(schema.schema().clone()), schema, "normalising is idempotent");
    let plan = diff(&empty(), &schema, &[]);
    let mut second = memory().await;
    carry_out(&mut second, &plan, &empty()).await;
    assert_eq!(oracle(&mut second).await.join("\n"), oracle(&mut first).await.join("\n"));
    let again = read(&mut second).await;
    assert_eq!(again, schema);
    assert!(diff(&again, &schema, &[]).is_empty());
    carry_out(&mut second, &plan.inverse(), &again).await;
    assert_eq!(texts(&mut second, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").await, [""; 0]);
    schema
}

const RICH: &str = r#"
    CREATE TABLE author (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name varchar(80) NOT NULL DEFAULT 'it''s' COLLATE nocase, -- a remark, with a comma
        born int CONSTRAINT grown CHECK (born > 1900 /* years */ -- more
        ), age integer GENERATED ALWAYS AS (2026 - born) STORED,
        twice AS (born * 2) VIRTUAL,
        picture BLOB DEFAULT x'00ff', score real DEFAULT -1.5, seen datetime DEFAULT CURRENT_TIMESTAMP,
        odd text DEFAULT "dq", bare text DEFAULT bare, sum int DEFAULT (1 + 2), yes boolean NOT NULL DEFAULT TRUE,
        "nothing" text DEFAULT NULL,
        CONSTRAINT one_name UNIQUE (name, born), UNIQUE (born), UNIQUE (score) ON CONFLICT REPLACE,
        CHECK (length(name) < 80) CHECK (score > -10)
    );
    CREATE TABLE book (
        id integer PRIMARY KEY,
        author int NOT NULL REFERENCES Author ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
        name text, born int,
        parent int REFERENCES book(ID) ON DELETE SET DEFAULT,
        again int REFERENCES author(id) ON DELETE RESTRICT,
        CONSTRAINT whole FOREIGN KEY (name, born) REFERENCES author (name, born) MATCH FULL
    );
    CREATE TABLE pair (b text NOT NULL ON CONFLICT IGNORE, "a b" text, note, PRIMARY KEY ("a b", b DESC) ON CONFLICT REPLACE);
    CREATE TABLE keyed (k text PRIMARY KEY COLLATE NOCASE, v int UNIQUE) WITHOUT ROWID;
    CREATE TABLE strict_one (k int PRIMARY KEY, v any, w TEXT NOT NULL) STRICT;
    CREATE TABLE both_one (a INT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
    CREATE TABLE backwards (id INTEGER PRIMARY KEY DESC, x [nvarchar](50), y "my type");
    CREATE TABLE nocase_key (a text, b text, PRIMARY KEY (a COLLATE NOCASE, b), UNIQUE (b COLLATE RTRIM DESC, a));
    CREATE INDEX plain ON author (name);
    CREATE INDEX ordered ON author (name DESC, born COLLATE rtrim);
    CREATE INDEX part ON author (name) WHERE born > 1950 AND name <> 'x,y)';
    CREATE INDEX lowered ON author (lower(name) COLLATE NOCASE DESC, coalesce(born, 0), born);
    CREATE UNIQUE INDEX only ON author (score) WHERE score > 0;
    CREATE INDEX binary ON author (name COLLATE binary);
    CREATE VIEW old AS SELECT id, name FROM author WHERE born < 1950;
    CREATE VIEW older (one, "two ""x") AS SELECT * FROM old;
    CREATE TRIGGER log AFTER INSERT ON author WHEN new.born > 0 BEGIN
        UPDATE book SET name = 'a;b' WHERE author = new.id; -- yes
        INSERT INTO keyed VALUES (new.name, 1);
    END;
    CREATE TRIGGER instead INSTEAD OF DELETE ON old BEGIN DELETE FROM author WHERE id = old.id; END;
"#;

#[test]
fn a_rich_schema_is_built_again_and_removed_again() {
    run(async {
        let schema = there_and_back(RICH).await;
        let author = &schema.schema().tables[&ObjectName::local("author")];
        assert_eq!(
            author.checks.keys().map(Name::as_str).collect::<Vec<_>>(),
            ["author_check", "author_check1", "grown"]
        );
        assert_eq!(
            author.uniques.keys().map(Name::as_str).collect::<Vec<_>>(),
            ["author_born_key", "author_score_key", "one_name"]
        );
        let book = &schema.schema().tables[&ObjectName::local("book")];
        let key = &book.foreign_keys[&Name::from("fk-book-author")];
        assert_eq!(key.references, ObjectName::local("author"));
        assert_eq!(key.referenced_columns, [Name::from("id")]);
        assert_eq!(key.options["deferrable"], "deferred");
        assert_eq!(author.columns[&Name::from("odd")].default, Some(DefaultValue::Expression(Expression::new("'dq'"))));
    });
}

/// The shapes other people's databases have.
#[test]
fn small_shapes_are_built_again() {
    for sql in [
        "CREATE TABLE t (a)",
        "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\"",
        "CREATE TABLE \"t (\" (a int)",
        "CREATE TABLE t (a integer PRIMARY KEY UNIQUE, b text UNIQUE, UNIQUE (b))",
        "CREATE TABLE t (a integer, b int, PRIMARY KEY (a DESC))",
        "CREATE TABLE t (a text PRIMARY KEY DESC)",
        "CREATE TABLE t (a int, PRIMARY KEY (a))",
        "CREATE TABLE t (id integer, PRIMARY KEY (id AUTOINCREMENT))",
        "CREATE TABLE t (a integer CHECK (t.a > 0), CHECK (\"t\".a < 9))",
        "CREATE TABLE t (a text NULL, b unsigned big int NOT NULL DEFAULT +5)",
        "CREATE TABLE t (a text REFERENCES u (b) NOT DEFERRABLE INITIALLY IMMEDIATE DEFAULT 'x' NOT NULL, UNIQUE (a))",
        "CREATE TABLE t (a text CONSTRAINT c CONSTRAINT d NOT NULL CONSTRAINT e DEFAULT 'x')",
        "CREATE TABLE größe (straße text CHECK (straße <> 'ß'), \"日本\" int)",
        "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE c (x, y, FOREIGN KEY (x, y) REFERENCES p)",
    ] {
        run(async move {
            there_and_back(sql).await;
        });
    }
}

#[test]
fn virtual_tables_are_left_alone() {
    run(async {
        let sql = "CREATE VIRTUAL TABLE ft USING fts5(x); CREATE VIRTUAL TABLE box USING rtree(id, a, b); \
                   CREATE TABLE ft_mine (a int); CREATE TABLE seaql_migrations (version text)";
        let mut session = with(sql).await;
        let catalog = introspect(&mut session, &Scope::default()).await.expect("the catalog");
        assert_eq!(catalog.schema.tables.keys().map(|name| name.name.as_str()).collect::<Vec<_>>(), ["ft_mine"]);
        let mut unmanaged: Vec<_> = catalog.unmanaged.iter().map(|it| it.object.as_str()).collect();
        unmanaged.sort_unstable();
        assert_eq!(
            unmanaged,
            [
                "table box",
                "table box_node",
                "table box_parent",
                "table box_rowid",
                "table ft",
                "table ft_config",
                "table ft_content",
                "table ft_data",
                "table ft_docsize",
                "table ft_idx"
            ]
        );
    });
}
