//! What an application calls: one call for one purpose, migrations that are part of the program, and the way back of an older image.

use sea_gen::dialect::Product;
use sea_gen_runner::{
    ErrorKind, FunctionFuture, MigrationConnection, Migrations, OnAhead, Progress, Readiness, Runner, Target,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::embedded::pool;
use super::support::Database;
use super::{ONE, THREE, TWO, on_each};

on_each!(
    the_bookshop_is_part_of_this_program,
    a_health_endpoint_is_told_what_is_so,
    an_older_program_does_what_it_was_told,
    a_loss_is_not_reverted_unasked,
    two_older_programs_revert_once,
    a_function_of_the_program_runs_in_its_place,
    a_function_that_is_not_there_stops_everything,
    a_function_that_fails_undoes_what_it_did,
    batches_of_a_function_go_on_where_they_stopped,
    a_hidden_refusal_fails_where_the_transaction_is_over,
    a_function_has_no_transaction_of_its_own,
    another_program_is_not_reverted,
);

/// The migrations of this package, for four products.
static BOOKSHOP: Migrations = sea_gen_runner::embed!();

const CREATE: &str = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
const INDEX: &str = "-- UP\nCREATE INDEX book_id ON book (id);\n-- DOWN\nDROP INDEX book_id;\n";
const MYSQL_INDEX: &str = "-- UP\nCREATE INDEX book_id ON book (id);\n-- DOWN\nDROP INDEX book_id ON book;\n";
const ADD: &str = "-- UP\nALTER TABLE book ADD COLUMN pages integer;\n-- DOWN\nALTER TABLE book DROP COLUMN pages;\n";

/// An image of the application: the older ones have fewer migrations.
fn image(product: Product, count: usize) -> Migrations {
    let index = if matches!(product, Product::MySql | Product::MariaDb) { MYSQL_INDEX } else { INDEX };
    let all = [(ONE, CREATE), (TWO, index), (THREE, ADD)];
    Migrations::parse(product, all.into_iter().take(count)).unwrap()
}

async fn the_bookshop_is_part_of_this_program(database: Database, product: Product) {
    let pool = pool(&database.url, 1).await;
    assert!(matches!(BOOKSHOP.readiness(&pool).await.unwrap(), Readiness::Behind { pending } if pending.len() == 1));
    let planned = BOOKSHOP.plan(&pool).await.unwrap();
    assert!(planned[0].statements.len() > 5, "{planned:?}");
    let report = BOOKSHOP.up(&pool).await.unwrap();
    let ran: Vec<&str> = report.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    assert_eq!(ran, BOOKSHOP.ids(product).collect::<Vec<_>>());
    BOOKSHOP.ensure_current(&pool).await.unwrap();
    assert_eq!(BOOKSHOP.readiness(&pool).await.unwrap(), Readiness::Ready);
    assert!(BOOKSHOP.plan(&pool).await.unwrap().is_empty());
    assert!(BOOKSHOP.status(&pool).await.unwrap().pending.is_empty());
    // The one connection of the pool is free, and its settings are what they were.
    pool.execute_unprepared("INSERT INTO author (family_name, given_name) VALUES ('Austen', 'Jane')").await.unwrap();
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_health_endpoint_is_told_what_is_so(mut database: Database, product: Product) {
    let (old, new) = (image(product, 2), image(product, 3));
    let url = database.url.clone();
    old.up_to(&url, ONE).await.unwrap();
    assert_eq!(old.readiness(&url).await.unwrap(), Readiness::Behind { pending: vec![TWO.to_owned()] });
    new.up(&url).await.unwrap();
    assert_eq!(new.readiness(&url).await.unwrap(), Readiness::Ready);
    assert_eq!(old.readiness(&url).await.unwrap(), Readiness::Ahead { newer: vec![THREE.to_owned()] });
    let edited = Migrations::parse(product, [(ONE, CREATE), (TWO, ADD), (THREE, ADD)]).unwrap();
    assert_eq!(edited.readiness(&url).await.unwrap(), Readiness::Edited { id: TWO.to_owned() });
    let missing = Migrations::parse(product, [(ONE, CREATE), (THREE, ADD)]).unwrap();
    assert_eq!(missing.readiness(&url).await.unwrap(), Readiness::Missing { id: TWO.to_owned() });

    // Nobody is at it: the row is what a crash leaves.
    database
        .session
        .execute(&format!("UPDATE sea_gen_history SET status = 'running' WHERE id = '{THREE}'"))
        .await
        .unwrap();
    match new.readiness(&url).await.unwrap() {
        // Nobody can be asked there whether somebody is at it.
        Readiness::Migrating { .. } => assert_eq!(product, Product::Sqlite),
        found => assert_eq!(found, Readiness::Interrupted { id: THREE.to_owned() }),
    }
    // Somebody is.
    let take = match product {
        Product::Postgres => format!("SELECT pg_try_advisory_lock({})", i64::from_be_bytes(*b"sea_gen\0")),
        Product::MySql | Product::MariaDb => {
            "SELECT GET_LOCK(CONCAT('sea_gen_', LEFT(SHA2(LOWER(DATABASE()), 256), 40)), 0)".to_owned()
        }
        Product::Sqlite => "BEGIN IMMEDIATE".to_owned(),
    };
    let mut holder = database.another().await;
    holder.query(&take).await.unwrap();
    match (product, new.readiness(&url).await.unwrap()) {
        (_, Readiness::Migrating { since: Some(since) }) => assert!(since.ends_with('Z'), "{since}"),
        (_, found) => panic!("{found:?}"),
    }
    holder.close().await;
    database.remove().await;
}

async fn an_older_program_does_what_it_was_told(mut database: Database, product: Product) {
    let (old, new) = (image(product, 1), image(product, 2));
    let url = database.url.clone();
    new.up(&url).await.unwrap();
    let error = old.up(&url).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Ahead);
    assert_eq!(
        error.to_string(),
        format!("the database is ahead of this program: migration `{TWO}` is applied and not part of it")
    );
    assert_eq!(old.ensure_current(&url).await.unwrap_err().kind(), &ErrorKind::Ahead);

    let mut runner = Runner::connect(&url, &old).await.unwrap().on_ahead(OnAhead::Ignore);
    runner.ensure_current().await.unwrap();
    assert!(runner.up(&Target::All).await.unwrap().outcomes.is_empty());
    assert_eq!(runner.readiness().await.unwrap(), Readiness::Ready);
    runner.close().await;
    assert_eq!(database.history().await.len(), 2);

    let mut runner = Runner::connect(&url, &old).await.unwrap().on_ahead(OnAhead::Revert);
    let report = runner.up(&Target::All).await.unwrap();
    assert_eq!(super::ids(&report.outcomes), [TWO]);
    runner.ensure_current().await.unwrap();
    runner.close().await;
    assert_eq!(database.history().await.len(), 1);
    // And the new one comes again.
    assert_eq!(super::ids(&new.up(&url).await.unwrap().outcomes), [TWO]);
    database.remove().await;
}

async fn a_loss_is_not_reverted_unasked(mut database: Database, product: Product) {
    let (old, new) = (image(product, 2), image(product, 3));
    let url = database.url.clone();
    new.up(&url).await.unwrap();
    let mut runner = Runner::connect(&url, &old).await.unwrap().on_ahead(OnAhead::Revert);
    let error = runner.up(&Target::All).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "reverting migration `{THREE}` may remove rows or values: statement 1, `ALTER TABLE book DROP COLUMN pages`"
        )
    );
    runner.close().await;
    assert_eq!(database.history().await.len(), 3);
    let mut runner = Runner::connect(&url, &old).await.unwrap().on_ahead(OnAhead::RevertWithLosses);
    assert_eq!(super::ids(&runner.up(&Target::All).await.unwrap().outcomes), [THREE]);
    runner.close().await;
    database.remove().await;
}

/// The second one must not revert one more.
async fn two_older_programs_revert_once(mut database: Database, product: Product) {
    image(product, 3).up(&database.url).await.unwrap();
    let mut started = Vec::new();
    for _ in 0..4 {
        let url = database.url.clone();
        started.push(tokio::spawn(async move {
            let old = image(product, 1);
            let mut runner = Runner::connect(&url, &old).await.unwrap().on_ahead(OnAhead::RevertWithLosses);
            let count = runner.up(&Target::All).await.unwrap().outcomes.len();
            runner.close().await;
            count
        }));
    }
    let mut reverted = 0;
    for one in started {
        reverted += one.await.unwrap();
    }
    assert_eq!(reverted, 2);
    assert_eq!(database.history().await.len(), 1);
    database.remove().await;
}

const TITLES: &str = "CREATE TABLE book (id integer PRIMARY KEY, title varchar(99), slug varchar(99));\n\
    INSERT INTO book (id, title) VALUES (1, 'Emma'), (2, 'Pride and Prejudice'), (3, 'Persuasion');\n";

/// One migration with the titles, and one that calls the function `slugs`.
fn with_slugs(product: Product, mark: &str) -> Migrations {
    let (titles, call) = (
        format!("-- UP\n{TITLES}-- DOWN\nDROP TABLE book;\n"),
        format!("-- UP\n-- gen: rust {mark}\nINSERT INTO book VALUES (9, 'Sanditon', 'sanditon');\n-- DOWN\n"),
    );
    Migrations::parse(product, [(ONE, titles.as_str()), (TWO, call.as_str())]).unwrap()
}

/// Gives at most `most` books their slug, through SeaORM, and fails at this id.
fn slugs(
    most: u64,
    fails_at: i32,
) -> impl for<'s> Fn(&'s MigrationConnection<'s>) -> FunctionFuture<'s> + Send + Sync + 'static {
    move |connection| {
        Box::pin(async move {
            let backend = connection.get_database_backend();
            let sql = format!("SELECT id, title FROM book WHERE slug IS NULL ORDER BY id LIMIT {most}");
            let mut changed = 0;
            for row in connection.query_all_raw(Statement::from_string(backend, sql)).await? {
                let (id, title): (i32, String) = (row.try_get("", "id")?, row.try_get("", "title")?);
                let slug = title.to_lowercase().replace(' ', "-");
                let sql = if backend == DbBackend::Postgres {
                    "UPDATE book SET slug = $1 WHERE id = $2"
                } else {
                    "UPDATE book SET slug = ? WHERE id = ?"
                };
                let update = Statement::from_sql_and_values(backend, sql, [slug.into(), id.into()]);
                changed += connection.execute_raw(update).await?.rows_affected();
                if id == fails_at {
                    return Err("out of ink".into());
                }
            }
            Ok(changed)
        })
    }
}

async fn found(database: &mut Database) -> Vec<String> {
    let rows = database.query("SELECT slug FROM book ORDER BY id").await;
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}

async fn a_function_of_the_program_runs_in_its_place(mut database: Database, product: Product) {
    let migrations = with_slugs(product, "slugs").with("slugs", slugs(99, 0));
    let report = migrations.up(&database.url).await.unwrap();
    assert_eq!(super::ids(&report.outcomes), [ONE, TWO]);
    assert_eq!(found(&mut database).await, ["emma", "pride-and-prejudice", "persuasion", "sanditon"]);
    assert_eq!(database.history().await[1].statements, 2);
    database.remove().await;
}

async fn a_function_that_is_not_there_stops_everything(mut database: Database, product: Product) {
    let migrations = with_slugs(product, "slugs").with("slogs", slugs(99, 0));
    let error = migrations.up(&database.url).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Refused);
    assert_eq!(
        error.to_string(),
        format!("migration `{TWO}` calls the function `slugs`, which only the program that has it can run")
    );
    assert!(database.tables().await.is_empty());
    database.remove().await;
}

async fn a_function_that_fails_undoes_what_it_did(mut database: Database, product: Product) {
    let error = with_slugs(product, "slugs").with("slugs", slugs(99, 2)).up(&database.url).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Failed { id: TWO.to_owned(), statement: Some(1) });
    let reason = std::error::Error::source(&error).unwrap();
    assert_eq!(reason.to_string(), "the function `slugs` of the program failed");
    assert_eq!(reason.source().unwrap().to_string(), "out of ink");
    assert_eq!(found(&mut database).await, ["", "", ""]);
    // The cause is removed: the same call goes on.
    let report = with_slugs(product, "slugs").with("slugs", slugs(99, 0)).up(&database.url).await.unwrap();
    assert_eq!(super::ids(&report.outcomes), [TWO]);
    assert_eq!(found(&mut database).await, ["emma", "pride-and-prejudice", "persuasion", "sanditon"]);
    database.remove().await;
}

async fn batches_of_a_function_go_on_where_they_stopped(mut database: Database, product: Product) {
    let migrations = with_slugs(product, "slugs batches").with("slugs", slugs(1, 2));
    assert!(migrations.up(&database.url).await.is_err());
    assert_eq!(found(&mut database).await, ["emma", "", ""]);
    let mut batches = Vec::new();
    let migrations = with_slugs(product, "slugs batches").with("slugs", slugs(1, 0));
    let watch = |progress: Progress<'_>| {
        if let Progress::Batch { rows } = progress {
            batches.push(rows);
        }
    };
    let mut runner = Runner::connect(&database.url, &migrations).await.unwrap().watch(watch);
    runner.up(&Target::All).await.unwrap();
    runner.close().await;
    assert_eq!(batches, [1, 2]);
    assert_eq!(found(&mut database).await, ["emma", "pride-and-prejudice", "persuasion", "sanditon"]);
    database.remove().await;
}

async fn a_hidden_refusal_fails_where_the_transaction_is_over(mut database: Database, product: Product) {
    let migrations = with_slugs(product, "slugs batches").with("slugs", |connection| {
        Box::pin(async move {
            let _ = connection.execute("INSERT INTO book (id, title) VALUES (1, 'twice')").await;
            connection.execute("UPDATE book SET slug = 'a' WHERE slug IS NULL").await.or(Ok(0))
        })
    });
    match (product, migrations.up(&database.url).await) {
        // PostgreSQL ends the transaction at the refusal, and would roll back in silence.
        (Product::Postgres, Err(error)) => {
            let reason = std::error::Error::source(&error).unwrap().source().unwrap().to_string();
            assert!(reason.contains("duplicate key"), "{reason}");
            assert_eq!(found(&mut database).await, ["", "", ""]);
        }
        (_, result) => {
            result.unwrap();
            assert_eq!(found(&mut database).await, ["a", "a", "a", "sanditon"]);
        }
    }
    database.remove().await;
}

async fn a_function_has_no_transaction_of_its_own(mut database: Database, product: Product) {
    let migrations = with_slugs(product, "slugs").with("slugs", |connection| {
        Box::pin(async move {
            connection.execute("UPDATE book SET slug = 'a'").await?;
            Ok(connection.execute("COMMIT").await?)
        })
    });
    let error = migrations.up(&database.url).await.unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().source().unwrap().to_string();
    assert_eq!(reason, "`COMMIT` is refused in a function: the transaction is the migration's");
    assert_eq!(found(&mut database).await, ["", "", ""]);
    database.remove().await;
}

/// Its history has none of this program's migrations.
async fn another_program_is_not_reverted(mut database: Database, product: Product) {
    let other = "20251231_000000_other";
    Migrations::parse(product, [(THREE, CREATE)]).unwrap().up(&database.url).await.unwrap();
    let own = Migrations::parse(product, [(other, CREATE)]).unwrap();
    let mut runner = Runner::connect(&database.url, &own).await.unwrap().on_ahead(OnAhead::RevertWithLosses);
    assert_eq!(runner.up(&Target::All).await.unwrap_err().kind(), &ErrorKind::Missing);
    runner.close().await;
    assert_eq!(database.history().await.len(), 1);
    database.remove().await;
}

/// SeaORM's users expect cascades, which are off during a run of SQLite otherwise.
#[apply(test)]
fn foreign_keys_hold_in_batches_of_a_function_on_sqlite() {
    super::support::block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
        let tables = "-- UP\nCREATE TABLE a (id integer PRIMARY KEY);\n\
                      CREATE TABLE b (a integer REFERENCES a (id) ON DELETE CASCADE);\n\
                      INSERT INTO a VALUES (1), (2);\nINSERT INTO b VALUES (1), (2);\n-- gen: rust purge batches\n-- DOWN\n";
        let migrations = Migrations::parse(Product::Sqlite, [(ONE, tables)]).unwrap().with("purge", |connection| {
            Box::pin(async move { Ok(connection.execute("DELETE FROM a WHERE id = 1").await?) })
        });
        migrations.up(&database.url).await.unwrap();
        assert_eq!(database.value("SELECT group_concat(a) FROM b").await, "2");
        database.remove().await;
    });
}

/// Writes down spans and events with their fields, in their order.
#[derive(Clone, Default)]
struct Recorder(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl tracing::field::Visit for Recorder {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        // Durations differ from run to run.
        let shown = if field.name() == "elapsed_ms" { "…".to_owned() } else { format!("{value:?}") };
        if let Some(line) = self.0.lock().unwrap().last_mut() {
            line.push_str(&format!(" {}={shown}", field.name()));
        }
    }
}

impl tracing::Subscriber for Recorder {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("sea_gen_runner")
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.0.lock().unwrap().push(span.metadata().name().to_owned());
        span.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        self.0.lock().unwrap().push(event.metadata().level().to_string());
        event.record(&mut self.clone());
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[apply(test)]
fn a_migration_is_a_span_with_an_event_for_each_statement() {
    let recorder = Recorder::default();
    let _default = tracing::subscriber::set_default(recorder.clone());
    // Another thread may have registered an event at the same moment, without this subscriber.
    tracing::callsite::rebuild_interest_cache();
    super::support::block(async {
        let database = Database::create(Product::Sqlite, "").await;
        let text = format!("-- UP\n{TITLES}SELECT nothing;\n-- DOWN\n");
        let migrations = Migrations::parse(Product::Sqlite, [(ONE, text.as_str())]).unwrap();
        assert!(migrations.up(&database.url).await.is_err());
        database.remove().await;
    });
    let lines = recorder.0.lock().unwrap().clone();
    assert_eq!(
        lines,
        [
            format!("migration id=\"{ONE}\" direction=\"up\""),
            "DEBUG message=executed statement=1 rows=0 elapsed_ms=…".to_owned(),
            "DEBUG message=executed statement=2 rows=3 elapsed_ms=…".to_owned(),
            format!(
                "ERROR message=migration `{ONE}` failed at statement 3 of 3, `SELECT nothing`; it was rolled back, the database is as it \
                 was before it elapsed_ms=…"
            ),
        ]
    );
}
