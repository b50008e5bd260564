//! What an application sees of the runner: connections of SeaORM, its own migrations, errors it can tell apart.

use std::path::Path;
use std::time::Duration;

use sea_gen::dialect::Product;
use sea_gen_runner::{ErrorKind, Migrations, Progress, Readiness, Runner, State, Target};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection};

use super::support::{Database, block};
use super::{ONE, TWO, on_each};

on_each!(
    a_migration_that_is_running_is_not_called_interrupted,
    an_application_migrates_through_its_own_connection,
    a_pool_of_sqlx_is_taken_as_it_is,
    six_at_once_apply_each_migration_once,
    errors_are_told_apart_by_their_kind,
    a_run_that_is_cut_short_is_neither_done_twice_nor_left_open,
    where_no_history_can_be_kept_it_is_the_database,
    a_migration_that_a_merge_has_renamed_is_known,
);

const CREATE: &str = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
const ADD: &str = "-- UP\nALTER TABLE book ADD COLUMN pages integer;\n-- DOWN\nALTER TABLE book DROP COLUMN pages;\n";

fn migrations(product: Product) -> Migrations {
    Migrations::parse(product, [(TWO, ADD), (ONE, CREATE)]).unwrap()
}

pub async fn pool(url: &str, most: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.replace("mariadb://", "mysql://"));
    options.max_connections(most).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

async fn a_pool_of_sqlx_is_taken_as_it_is(database: Database, product: Product) {
    let migrations = migrations(product);
    let connection = pool(&database.url, 2).await;
    let ran = match product {
        Product::Postgres => migrations.up(connection.get_postgres_connection_pool()).await,
        Product::MySql | Product::MariaDb => migrations.up(connection.get_mysql_connection_pool()).await,
        Product::Sqlite => migrations.up(connection.get_sqlite_connection_pool()).await,
    };
    assert_eq!(ran.unwrap().outcomes.len(), 2);
    migrations.ensure_current(&connection).await.unwrap();
    connection.close().await.unwrap();
    database.remove().await;
}

async fn an_application_migrates_through_its_own_connection(database: Database, product: Product) {
    let (migrations, pool) = (migrations(product), pool(&database.url, 1).await);
    let mut runner = Runner::connect(&pool, &migrations).await.unwrap();
    let error = runner.ensure_current().await.unwrap_err();
    assert_eq!(error.to_string(), format!("migration `{ONE}` and 1 more are pending"));
    let report = runner.up(&Target::All).await.unwrap();
    let ran: Vec<&str> = report.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    assert_eq!(ran, [ONE, TWO]);
    runner.ensure_current().await.unwrap();
    runner.down(&Target::Id(ONE.to_owned())).await.unwrap();
    let status = runner.status().await.unwrap();
    let applied: Vec<_> = status.applied.iter().map(|record| (record.id.as_str(), record.status)).collect();
    assert_eq!((applied, status.pending), (vec![(ONE, State::Applied)], vec![TWO.to_owned()]));
    runner.close().await;
    // The only connection of the pool is there again, and works as before.
    pool.execute_unprepared("INSERT INTO book VALUES (1)").await.unwrap();
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_migration_that_a_merge_has_renamed_is_known(database: Database, product: Product) {
    let (before, pool) = (Migrations::parse(product, [(ONE, CREATE)]).unwrap(), pool(&database.url, 1).await);
    let mut runner = Runner::connect(&pool, &before).await.unwrap();
    runner.up(&Target::All).await.unwrap();
    let checksum = runner.status().await.unwrap().applied[0].checksum.clone();
    runner.close().await;
    let text = format!("-- formerly {ONE} {checksum}\n{CREATE}");
    let after = Migrations::parse(product, [(TWO, text.as_str())]).unwrap();
    after.ensure_current(&pool).await.unwrap();
    assert_eq!(after.readiness(&pool).await.unwrap(), Readiness::Ready);
    let mut runner = Runner::connect(&pool, &after).await.unwrap();
    assert_eq!(runner.status().await.unwrap().applied[0].id, TWO);
    assert_eq!(runner.plan(&Target::All).await.unwrap(), []);
    assert_eq!(runner.down(&Target::All).await.unwrap().outcomes.len(), 1);
    runner.close().await;
    // A file that was edited after the merge is another migration.
    let mut runner = Runner::connect(&pool, &before).await.unwrap();
    runner.up(&Target::All).await.unwrap();
    runner.close().await;
    let edited = text.replace("PRIMARY KEY", "PRIMARY KEY, pages integer");
    let edited = Migrations::parse(product, [(TWO, edited.as_str())]).unwrap();
    assert_eq!(*edited.ensure_current(&pool).await.unwrap_err().kind(), ErrorKind::Missing);
    pool.close().await.unwrap();
    database.remove().await;
}

async fn six_at_once_apply_each_migration_once(database: Database, product: Product) {
    let mut started = Vec::new();
    for _ in 0..6 {
        let url = database.url.clone();
        started.push(tokio::spawn(async move {
            let (migrations, pool) = (migrations(product), pool(&url, 2).await);
            let mut runner = Runner::connect(&pool, &migrations).await.unwrap();
            let report = runner.up(&Target::All).await.unwrap();
            runner.ensure_current().await.unwrap();
            runner.close().await;
            pool.close().await.unwrap();
            report.outcomes.len()
        }));
    }
    let mut ran = 0;
    for one in started {
        ran += one.await.unwrap();
    }
    assert_eq!(ran, 2);
    database.remove().await;
}

async fn errors_are_told_apart_by_their_kind(database: Database, product: Product) {
    let of = |files: &[(&str, &str)]| Migrations::parse(product, files.iter().copied()).unwrap();
    let url = database.url.as_str();
    let up = async |migrations: &Migrations| -> ErrorKind {
        let mut runner = Runner::connect(url, migrations).await.unwrap();
        let result = runner.up(&Target::All).await;
        runner.close().await;
        result.unwrap_err().kind().clone()
    };
    let wrong =
        of(&[(ONE, "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\nINSERT INTO nothing VALUES (1);\n-- DOWN\n")]);
    assert_eq!(up(&wrong).await, ErrorKind::Failed { id: ONE.to_owned(), statement: Some(2) });
    match product {
        // Half of it is there and stays: it goes on from there, and nothing else runs before.
        Product::MySql | Product::MariaDb => {
            assert_eq!(up(&wrong).await, ErrorKind::Failed { id: ONE.to_owned(), statement: Some(2) });
            let mut runner = Runner::connect(url, &wrong).await.unwrap();
            assert_eq!(runner.down(&Target::All).await.unwrap_err().kind(), &ErrorKind::Interrupted);
            assert_eq!(runner.status().await.unwrap_err().kind(), &ErrorKind::Interrupted);
            runner.close().await;
            database.remove().await;
            return;
        }
        Product::Postgres | Product::Sqlite => {}
    }
    let good = of(&[(TWO, CREATE)]);
    let mut runner = Runner::connect(&database.url, &good).await.unwrap();
    runner.up(&Target::All).await.unwrap();
    runner.close().await;
    assert_eq!(up(&of(&[(TWO, CREATE), (ONE, ADD)])).await, ErrorKind::OutOfOrder);
    assert_eq!(up(&of(&[(TWO, ADD)])).await, ErrorKind::Changed);
    assert_eq!(up(&of(&[])).await, ErrorKind::Missing);
    let other = Migrations::parse(Product::MySql, [(TWO, CREATE)]).unwrap();
    let Err(error) = Runner::connect(url, &other).await else { panic!("there are none for it") };
    assert_eq!(error.kind(), &ErrorKind::Refused);
    let Err(error) = Runner::connect("postgres://nobody@127.0.0.1:1/nothing", &good).await else {
        panic!("it answers")
    };
    assert_eq!(error.kind(), &ErrorKind::Database);
    database.remove().await;
}

/// On the same connection, its first statement would be done once more, and committed with what the first time left.
async fn a_run_that_is_cut_short_is_neither_done_twice_nor_left_open(database: Database, product: Product) {
    let long = match product {
        Product::Postgres => "DO $$ BEGIN PERFORM pg_sleep(0.5); END $$",
        Product::MySql | Product::MariaDb => "DO SLEEP(0.5)",
        // Long enough for the test to look away in the middle.
        Product::Sqlite => {
            "UPDATE book SET id = id + (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) \
             SELECT max(i) - 299999 FROM n)"
        }
    };
    let fill = format!("-- UP\nINSERT INTO book SELECT count(*) FROM book;\n{long};\n-- DOWN\nDELETE FROM book;\n");
    let migrations = Migrations::parse(product, [(ONE, CREATE), (TWO, fill.as_str())]).unwrap();
    let pool = pool(&database.url, 1).await;
    let begun = tokio::sync::Notify::new();
    let runner = Runner::connect(&pool, &migrations).await.unwrap();
    let mut runner = runner.watch(|progress| {
        if let Progress::Statement { number: 2, .. } = progress {
            begun.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = begun.notified() => {}
        _ = runner.up(&Target::All) => panic!("it came to its end"),
    }
    assert_eq!(runner.up(&Target::All).await.unwrap_err().kind(), &ErrorKind::Refused);
    assert_eq!(runner.down(&Target::All).await.unwrap_err().kind(), &ErrorKind::Refused);
    assert_eq!(runner.status().await.unwrap_err().kind(), &ErrorKind::Refused);
    runner.close().await;
    if product == Product::Sqlite {
        pool.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        pool.execute_unprepared("ROLLBACK").await.unwrap();
        assert_eq!(number(&pool, "PRAGMA foreign_keys").await, 1);
    }
    let mut runner = Runner::connect(&pool, &migrations).await.unwrap();
    let again = runner.up(&Target::All).await;
    runner.close().await;
    assert_eq!(again.unwrap().outcomes.len(), 1);
    assert_eq!(number(&pool, "SELECT count(*) FROM book").await, 1);
    pool.close().await.unwrap();
    database.remove().await;
}

async fn where_no_history_can_be_kept_it_is_the_database(database: Database, product: Product) {
    let (migrations, pool) = (migrations(product), pool(&database.url, 1).await);
    pool.execute_unprepared("CREATE TABLE other (id integer)").await.unwrap();
    pool.close().await.unwrap();
    let mut url = url::Url::parse(&database.url).unwrap();
    match product {
        Product::Postgres => url.set_query(Some("options=-c%20default_transaction_read_only%3Don")),
        Product::MySql | Product::MariaDb => url.set_path(""),
        Product::Sqlite => url.set_query(Some("mode=ro")),
    }
    let mut runner = Runner::connect(url.as_str(), &migrations).await.unwrap();
    assert_eq!(runner.up(&Target::All).await.unwrap_err().kind(), &ErrorKind::Database);
    if matches!(product, Product::Postgres | Product::Sqlite) {
        assert_eq!(runner.status().await.unwrap().pending, [ONE, TWO]);
    }
    runner.close().await;
    database.remove().await;
}

/// The first column of the first row.
async fn number(pool: &DatabaseConnection, sql: &str) -> i64 {
    let row = pool.query_one_raw(sea_orm::Statement::from_string(pool.get_database_backend(), sql)).await;
    let row = row.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from)).unwrap()
}

/// A writer that holds the whole file keeps readers away as well; more milliseconds than SQLite can count would be none.
#[apply(test)]
fn a_writer_on_sqlite_is_waited_for_from_the_first_query_on() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/a.db?mode=rwc", folder.path().display());
        let (migrations, writer) = (migrations(Product::Sqlite), pool(&url, 1).await);
        let connected = async |wait| Runner::connect(&url, &migrations).await.unwrap().wait(wait);
        let (mut hasty, mut patient) = (connected(Duration::from_millis(50)).await, connected(Duration::MAX).await);
        writer.execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
        let asked = std::time::Instant::now();
        assert_eq!(hasty.up(&Target::All).await.unwrap_err().kind(), &ErrorKind::Busy);
        assert!(asked.elapsed() < Duration::from_secs(4), "SQLite's own patience is 5 seconds");
        let ended = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            writer.execute_unprepared("COMMIT").await.unwrap();
        };
        let (report, ()) = tokio::join!(patient.up(&Target::All), ended);
        assert_eq!(report.unwrap().outcomes.len(), 2);
    });
}

#[apply(test)]
fn a_connection_that_leads_nowhere_is_refused() {
    block(async {
        let migrations = migrations(Product::Sqlite);
        let Err(error) = Runner::connect(&DatabaseConnection::default(), &migrations).await else {
            panic!("it leads somewhere")
        };
        assert_eq!(error.kind(), &ErrorKind::Refused);
    });
}

/// A pool's database in memory is gone with its connection, and an application counts on its foreign keys.
#[apply(test)]
fn a_database_in_memory_is_migrated_and_given_back_as_it_was() {
    block(async {
        let (migrations, pool) = (migrations(Product::Sqlite), pool("sqlite::memory:", 1).await);
        let setting = async |name: &str| {
            let row = pool
                .query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}")));
            row.await.unwrap().unwrap().try_get_by_index::<i32>(0).unwrap()
        };
        pool.execute_unprepared("PRAGMA busy_timeout = 123").await.unwrap();
        pool.execute_unprepared("PRAGMA legacy_alter_table = ON").await.unwrap();
        let before =
            [setting("foreign_keys").await, setting("busy_timeout").await, setting("legacy_alter_table").await];
        assert_eq!(before, [1, 123, 1]);
        let mut runner = Runner::connect(&pool, &migrations).await.unwrap();
        runner.up(&Target::All).await.unwrap();
        runner.close().await;
        let after = [setting("foreign_keys").await, setting("busy_timeout").await, setting("legacy_alter_table").await];
        assert_eq!(after, before);
        pool.execute_unprepared("INSERT INTO book VALUES (1, 2)").await.unwrap();
    });
}

/// Whoever gives up in the middle leaves no open transaction in the pool.
#[apply(test)]
fn a_runner_that_is_dropped_takes_its_connection_along() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&format!("sqlite://{}/a.db?mode=rwc", folder.path().display()), 1).await;
        let its = pool.clone();
        let gave_up = tokio::spawn(async move {
            let migrations = migrations(Product::Sqlite);
            let runner = Runner::connect(&its, &migrations).await.unwrap();
            // It prints nothing.
            let mut runner = runner.watch(|_| std::panic::resume_unwind(Box::new("somebody gives up")));
            runner.up(&Target::All).await.map(drop)
        });
        let gave_up = gave_up.await;
        let payload = gave_up.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"somebody gives up"));
        pool.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        pool.execute_unprepared("CREATE TABLE book (id integer)").await.unwrap();
    });
}

#[apply(test)]
fn a_folder_is_held_against_its_lock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = Migrations::read(root.join("migrations"), root.join("schema.lock.json")).unwrap();
    for product in Product::ALL {
        assert!(all.ids(product).count() >= 1, "{product}");
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let copy = |product: Product| {
        std::fs::create_dir_all(at("migrations").join(product.key())).unwrap();
        for file in std::fs::read_dir(root.join("migrations").join(product.key())).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), at("migrations").join(product.key()).join(file.file_name())).unwrap();
        }
    };
    Product::ALL.into_iter().for_each(copy);
    std::fs::copy(root.join("schema.lock.json"), at("schema.lock.json")).unwrap();
    let read = || Migrations::read(at("migrations"), at("schema.lock.json"));
    assert!(read().is_ok());
    let error = Migrations::read(at("elsewhere"), at("schema.lock.json")).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Missing);
    assert!(error.to_string().contains("there is no folder"), "{error}");
    let first = format!("migrations/sqlite/{}.sql", all.ids(Product::Sqlite).next().unwrap());
    let text = std::fs::read_to_string(at(&first)).unwrap();
    std::fs::write(at(&first), text.replacen("CREATE", "CREATE /* the same */", 1)).unwrap();
    assert!(read().is_ok(), "comments do not count");
    std::fs::write(at(&first), text.replacen("-- UP", "-- UP\nSELECT 1;", 1)).unwrap();
    assert_eq!(read().unwrap_err().kind(), &ErrorKind::Changed);
    std::fs::remove_file(at(&first)).unwrap();
    assert_eq!(read().unwrap_err().kind(), &ErrorKind::Missing);
    std::fs::write(at(&first), &text).unwrap();
    std::fs::write(at("migrations/sqlite/29990101_000000_more.sql"), CREATE).unwrap();
    assert_eq!(read().unwrap_err().kind(), &ErrorKind::Refused);
    let lock = std::fs::read_to_string(at("schema.lock.json")).unwrap();
    std::fs::write(at("schema.lock.json"), lock.replacen("\"checksum\": \"", "\"checksum\": \"0", 1)).unwrap();
    assert!(read().unwrap_err().to_string().contains("was changed by hand"));
}

/// Replicas that start while one of them migrates.
async fn a_migration_that_is_running_is_not_called_interrupted(mut database: Database, product: Product) {
    let migrations = migrations(product);
    let mut runner = Runner::connect(database.url.as_str(), &migrations).await.unwrap();
    runner.up(&Target::All).await.unwrap();
    database.session.execute("UPDATE sea_gen_history SET status = 'running'").await.unwrap();
    let mut kinds = vec![runner.ensure_current().await.unwrap_err().kind().clone()];
    let lets_go = match product {
        Product::Postgres => {
            let key = sea_gen_runner::session::postgres::lock_key(&mut database.session).await.unwrap();
            sea_gen_runner::session::postgres::try_lock(&mut database.session, &key).await.unwrap()
        }
        Product::MySql | Product::MariaDb => {
            let name = sea_gen_runner::session::mysql::lock_name(&mut database.session).await.unwrap().unwrap();
            sea_gen_runner::session::mysql::try_lock(&mut database.session, &name).await.unwrap()
        }
        Product::Sqlite => false,
    };
    if lets_go {
        kinds.push(runner.ensure_current().await.unwrap_err().kind().clone());
    }
    runner.close().await;
    match product {
        Product::Sqlite => assert_eq!(kinds, [ErrorKind::Interrupted]),
        Product::Postgres | Product::MySql | Product::MariaDb => {
            assert_eq!(kinds, [ErrorKind::Interrupted, ErrorKind::Busy])
        }
    }
    database.remove().await;
}
