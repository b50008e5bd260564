//! Migrations beside other sessions: they read and write a large table meanwhile, a lock cannot be acquired, an index fails.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test says what is wrong"
)]

#[macro_use(apply)]
extern crate macro_rules_attribute;

#[macro_use]
#[path = "it/harness.rs"]
mod harness;
#[path = "it/support.rs"]
mod support;

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use sea_gen::dialect::{Forms, Statement, of, statements};
use sea_gen::diff::diff;
use sea_gen::schema::{Column, Index, Name, ObjectName, PrimaryKey, Product, Schema, Table, Type, Unique};
use sea_gen_runner::Error;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, Outcome, Progress, Target};
use sea_gen_runner::session::Session;

use support::Scratch;

const ROWS: u32 = 1_000_000;

/// How long other sessions wait for a lock at most: less than the migration itself would.
const PATIENCE: u32 = 1;

fn table(unique: bool, indexed: bool, required: bool, added: bool) -> Schema {
    let mut table = Table::new(ObjectName::local("big"));
    let int = || Type::Native("int".to_owned());
    for (name, nullable) in [("id", false), ("a", false), ("b", !required)] {
        let mut column = Column::new(name, int());
        column.nullable = nullable;
        table.columns.insert(column);
    }
    if added {
        let mut column = Column::new("c", int());
        column.nullable = true;
        table.columns.insert(column);
    }
    table.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    if unique {
        let unique = Unique { name: "big_a_key".into(), columns: vec!["a".into()], options: Default::default() };
        table.uniques.insert(unique.name.clone(), unique);
    }
    if indexed {
        table.indexes.insert("by_b".into(), Index::on("by_b", [Name::from("b"), Name::from("a")]));
    }
    Schema { tables: [(table.name.clone(), table)].into(), ..Schema::default() }
}

/// The migration between two schemas, in the forms that are asked for.
fn migration(product: Product, from: Schema, to: Schema, forms: Forms) -> Migration {
    let dialect = of(product);
    let (from, to) = (dialect.normalize(from).unwrap(), dialect.normalize(to).unwrap());
    let plan = diff(&from, &to, &[]);
    let id = "20260101_000000_beside".parse().unwrap();
    let up = statements(dialect, forms, &plan, from.schema()).unwrap();
    let down = statements(dialect, forms, &plan.inverse(from.schema()), to.schema()).unwrap();
    Migration { id, product, from: None, to: None, merged: Default::default(), contracts: None, up, down }
}

async fn apply(session: &mut Session, migration: &Migration) -> Result<Vec<Outcome>, Error> {
    let files = [Applicable::new(migration, migration.checksum())];
    run::go(session, &files, run::Course::Up(&Target::All), Duration::from_secs(30), &mut |_| ()).await
}

/// Sends statements one after the other until `stop` is set. Returns their number and the longest duration.
async fn busy(
    mut session: Session,
    stop: Rc<Cell<bool>>,
    sql: impl Fn(u32) -> String,
) -> Result<(u32, Duration), String> {
    let (mut count, mut longest) = (0_u32, Duration::ZERO);
    while !stop.get() {
        count += 1;
        let begun = Instant::now();
        let number = count.wrapping_mul(7919) % ROWS + 1;
        session.query(&sql(number)).await.map_err(|error| format!("after {:?}: {error}", begun.elapsed()))?;
        longest = longest.max(begun.elapsed());
        tokio::task::yield_now().await;
    }
    session.close().await;
    Ok((count, longest))
}

async fn impatient(scratch: &Scratch, product: Product) -> Session {
    let mut session = scratch.connect().await.unwrap();
    let settings = match product {
        Product::Postgres => vec![format!("SET lock_timeout = '{PATIENCE}s'")],
        _ => vec![
            format!("SET SESSION lock_wait_timeout = {PATIENCE}"),
            format!("SET SESSION innodb_lock_wait_timeout = {PATIENCE}"),
        ],
    };
    for sql in settings {
        session.execute(&sql).await.unwrap();
    }
    session
}

fn nobody_waits(product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let scratch = Scratch::create(product).await.unwrap();
        let mut session = scratch.connect().await.unwrap();
        let rows = match product {
            Product::Postgres => format!("SELECT n, n, n % 1000 FROM generate_series(1, {ROWS}) n"),
            _ => format!("SELECT seq, seq, seq % 1000 FROM seq_1_to_{ROWS}"),
        };
        session.execute("CREATE TABLE big (id int PRIMARY KEY, a int NOT NULL, b int)").await.unwrap();
        session.execute(&format!("INSERT INTO big {rows}")).await.unwrap();
        // The short forms make the writer fail: `GEN_OFFLINE=1` shows it.
        let forms = if std::env::var_os("GEN_OFFLINE").is_some() { Forms::Offline } else { Forms::Safe };
        let migration = migration(product, table(false, false, false, false), table(true, true, true, true), forms);
        let stop = Rc::new(Cell::new(false));
        let writer = impatient(&scratch, product).await;
        let reader = impatient(&scratch, product).await;
        let writer = tokio::task::spawn_local(busy(writer, Rc::clone(&stop), |id| {
            format!("UPDATE big SET b = {} WHERE id = {id}", id % 1000)
        }));
        let reader = tokio::task::spawn_local(busy(reader, Rc::clone(&stop), |id| {
            format!("SELECT CAST(a AS char(12)) FROM big WHERE id = {id}")
        }));
        let outcome = apply(&mut session, &migration).await;
        stop.set(true);
        let (writer, reader) = (writer.await.unwrap(), reader.await.unwrap());
        session.close().await;
        scratch.remove().await.unwrap();
        outcome.unwrap();
        let ((written, _), (read, _)) = (writer.expect("the writer"), reader.expect("the reader"));
        assert!(written > 10 && read > 10, "{written} rows written and {read} read beside the migration");
    });
}

#[apply(test_on_postgres)]
fn nobody_waits_beside_a_migration_on_postgres() {
    nobody_waits(Product::Postgres);
}

#[apply(test_on_mariadb)]
fn nobody_waits_beside_a_migration_on_mariadb() {
    nobody_waits(Product::MariaDb);
}

async fn invalid(session: &mut Session) -> Vec<String> {
    let sql = "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid";
    session.query(sql).await.unwrap().iter().map(|row| row.text(0).to_owned()).collect()
}

#[apply(test_on_postgres)]
fn a_failed_index_leaves_nothing_behind() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = Scratch::create(Product::Postgres).await.unwrap();
        let mut session = scratch.connect().await.unwrap();
        session.execute("CREATE TABLE big (id int PRIMARY KEY, a int NOT NULL, b int)").await.unwrap();
        session.execute("INSERT INTO big VALUES (1, 1, 1), (2, 1, 1)").await.unwrap();
        let unique = || {
            migration(
                Product::Postgres,
                table(false, false, false, false),
                table(true, false, false, false),
                Forms::Safe,
            )
        };
        // It fails on existing rows, and the invalid index is dropped.
        let refused = apply(&mut session, &unique()).await.unwrap_err();
        assert!(refused.to_string().contains("failed at statement 1"), "{refused}");
        assert!(invalid(&mut session).await.is_empty());
        session.execute("DELETE FROM sea_gen_history").await.unwrap();
        // A runner that was killed could not clean up: the next try does.
        session.execute("CREATE UNIQUE INDEX CONCURRENTLY big_a_key ON big (a)").await.unwrap_err();
        assert_eq!(invalid(&mut session).await, ["big_a_key"]);
        session.execute("UPDATE big SET a = id").await.unwrap();
        apply(&mut session, &unique()).await.unwrap();
        assert!(invalid(&mut session).await.is_empty());
        let made = session.query("SELECT count(*)::text FROM pg_constraint WHERE conname = 'big_a_key'").await.unwrap();
        assert_eq!(made.first().map(|row| row.text(0)), Some("1"));
        session.close().await;
        scratch.remove().await.unwrap();
    });
}

fn steps_back(product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = Scratch::create(product).await.unwrap();
        let mut session = scratch.connect().await.unwrap();
        session.execute("CREATE TABLE big (id int PRIMARY KEY, a int NOT NULL, b int)").await.unwrap();
        let mut other = scratch.connect().await.unwrap();
        // An open transaction that has read the table blocks every stronger lock.
        other.execute("BEGIN").await.unwrap();
        other.query("SELECT id FROM big").await.unwrap();
        let migration =
            migration(product, table(false, false, false, false), table(false, false, false, true), Forms::Safe);
        let files = [Applicable::new(&migration, migration.checksum())];
        let (told, heard) = tokio::sync::oneshot::channel::<()>();
        let mut told = Some(told);
        let mut watch = |progress: Progress<'_>| {
            if matches!(progress, Progress::Stepping { .. })
                && let Some(told) = told.take()
            {
                let _ = told.send(());
            }
        };
        let wait = Duration::from_secs(30);
        let release = async {
            heard.await.expect("the migration steps back");
            other.execute("COMMIT").await.unwrap();
        };
        let (outcome, ()) =
            tokio::join!(run::go(&mut session, &files, run::Course::Up(&Target::All), wait, &mut watch), release);
        assert_eq!(outcome.unwrap().len(), 1);
        session.execute("INSERT INTO big (id, a, c) VALUES (1, 1, 1)").await.unwrap();
        session.close().await;
        other.close().await;
        scratch.remove().await.unwrap();
    });
}

#[apply(test_on_postgres)]
fn a_lock_that_cannot_be_had_is_tried_again_on_postgres() {
    steps_back(Product::Postgres);
}

#[apply(test_on_mariadb)]
fn a_lock_that_cannot_be_had_is_tried_again_on_mariadb() {
    steps_back(Product::MariaDb);
}

/// The forms are what makes the difference: without them the same migration blocks.
#[apply(test)]
fn the_migration_is_in_safe_forms() {
    let to = || table(true, true, true, true);
    let safe = migration(Product::Postgres, table(false, false, false, false), to(), Forms::Safe);
    let short = migration(Product::Postgres, table(false, false, false, false), to(), Forms::Offline);
    let apart = |migration: &Migration| migration.up.iter().filter(|it: &&Statement| !it.transactional).count();
    assert_eq!((apart(&safe), apart(&short)), (3, 0));
}

fn main() -> std::process::ExitCode {
    harness::run()
}
