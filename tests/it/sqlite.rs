//! SQLite against the real thing: files of its own, SQLite's pragmas and shell-readable catalog as the oracle.

mod arrays;
mod catalog;
mod changes;
mod declared;
mod hostile;

use sea_gen::dialect::{self, Forms, Product};
use sea_gen::diff::diff;
use sea_gen::introspect::{Scope, introspect};
use sea_gen::plan::Plan;
use sea_gen::schema::{Normalized, Schema};
use sea_gen_runner::session::{Missing, Rows, Session};

/// Runs an asynchronous test body.
fn run<F: Future<Output = ()>>(body: F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(body);
}

async fn memory() -> Session {
    Session::connect(&crate::support::connection("sqlite::memory:"), Missing::Refuse)
        .await
        .expect("a database in memory")
}

async fn with(sql: &str) -> Session {
    let mut session = memory().await;
    for statement in sea_gen_runner::sql::split(Product::Sqlite, sql).expect("SQL") {
        session.execute(&statement).await.unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }
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
    let statements =
        dialect::statements(dialect::of(Product::Sqlite), Forms::Offline, plan, from.schema()).expect("statements");
    session.execute("PRAGMA foreign_keys = OFF").await.expect("foreign keys off");
    session.execute("BEGIN IMMEDIATE").await.expect("a transaction");
    for statement in &statements {
        let done = session.execute(&statement.sql).await;
        done.unwrap_or_else(|error| panic!("{error}\n{}\nof {statements:#?}", statement.sql));
    }
    let broken = session.query("PRAGMA foreign_key_check").await.expect("a check");
    assert_eq!(broken, Rows::default(), "foreign keys broken by {statements:#?}");
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
         FROM sqlite_schema s JOIN pragma_table_xinfo(s.name) x WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND s.sql NOT LIKE '%virtual table%' \
         ORDER BY 1, 2",
        "SELECT s.name, i.\"unique\", i.origin, i.partial, iif(i.origin = 'c', i.name, ''), group_concat(iif(x.cid < 0, x.cid, '') || ':' || \
           ifnull(x.name, '') || ':' || x.\"desc\" || ':' || upper(x.coll) || ':' || x.key) \
         FROM sqlite_schema s JOIN pragma_index_list(s.name) i JOIN pragma_index_xinfo(i.name) x WHERE s.type = 'table' \
         AND s.sql NOT LIKE '%virtual table%' GROUP BY s.name, i.name ORDER BY 1, 2, 3, 4, 5, 6",
        "SELECT s.name, lower(f.\"table\"), f.\"from\", f.seq, lower(coalesce(f.\"to\", (SELECT name FROM pragma_table_info(f.\"table\") \
           WHERE pk = f.seq + 1))), f.on_update, f.on_delete \
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

/// Two lists of lines are the same; shows only the lines that are not.
fn alike(found: &[String], wanted: &[String]) {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    assert_eq!(only(found, wanted), only(wanted, found), "left is found, right is wanted");
    assert_eq!(found.len(), wanted.len());
}

fn empty() -> Normalized {
    normal(Schema::default())
}

/// From nothing to the schema in a second database and back to nothing.
async fn there_and_back(sql: &str) -> Normalized {
    let mut first = with(sql).await;
    let schema = read(&mut first).await;
    assert_eq!(normal(crate::support::unnoted(schema.schema())), schema, "normalising is idempotent");
    let plan = diff(&empty(), &schema, &[]);
    let mut second = memory().await;
    carry_out(&mut second, &plan, &empty()).await;
    alike(&oracle(&mut second).await, &oracle(&mut first).await);
    let again = read(&mut second).await;
    assert_eq!(again, schema);
    assert!(diff(&again, &schema, &[]).is_empty());
    carry_out(&mut second, &plan.inverse(empty().schema()), &again).await;
    assert_eq!(texts(&mut second, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").await, [""; 0]);
    schema
}
