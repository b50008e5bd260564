//! What an application sees of the runner: connections of SeaORM, its own migrations, errors it can tell apart.

use std::path::Path;

use sea_gen::dialect::Product;
use sea_gen_runner::{ErrorKind, Migrations, Runner, State, Target};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection};

use super::support::{Database, block};
use super::{ONE, TWO, on_each};

on_each!(
    an_application_migrates_through_its_own_connection,
    six_at_once_apply_each_migration_once,
    errors_are_told_apart_by_their_kind,
);

const CREATE: &str = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
const ADD: &str = "-- UP\nALTER TABLE book ADD COLUMN pages integer;\n-- DOWN\nALTER TABLE book DROP COLUMN pages;\n";

fn migrations(product: Product) -> Migrations {
    Migrations::parse(product, [(TWO, ADD), (ONE, CREATE)]).unwrap()
}

async fn pool(url: &str, most: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.replace("mariadb://", "mysql://"));
    options.max_connections(most).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
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
        // Half of it is there and stays.
        Product::MySql | Product::MariaDb => {
            assert_eq!(up(&wrong).await, ErrorKind::Interrupted);
            database.remove().await;
            return;
        }
        Product::Postgres | Product::Sqlite => {}
    }
    let good = of(&[(TWO, CREATE)]);
    let mut runner = Runner::connect(url, &good).await.unwrap();
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

/// A pool's database in memory is gone with its connection, and an application counts on its foreign keys.
#[test]
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
#[test]
fn a_runner_that_is_dropped_takes_its_connection_along() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool(&format!("sqlite://{}/a.db?mode=rwc", folder.path().display()), 1).await;
        let its = pool.clone();
        let gave_up = tokio::spawn(async move {
            let migrations = migrations(Product::Sqlite);
            let runner = Runner::connect(&its, &migrations).await.unwrap();
            let mut runner = runner.watch(|_| std::panic::panic_any("somebody gives up"));
            runner.up(&Target::All).await.map(drop)
        });
        let gave_up = gave_up.await;
        assert!(gave_up.unwrap_err().is_panic());
        pool.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        pool.execute_unprepared("CREATE TABLE book (id integer)").await.unwrap();
    });
}

#[test]
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
