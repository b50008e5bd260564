//! A database for each test of an application. `SEA_GEN_TEST_DATABASES=200` makes two hundred at once and prints how long it took.

use std::collections::BTreeSet;

use sea_gen::dialect::Product;
use sea_gen_runner::{Migrations, testing};

use super::support::Database;
use super::{ONE, TWO, on_each};

on_each!(
    each_test_has_a_database_of_its_own,
    other_migrations_have_another_template,
    a_database_of_a_dead_program_goes,
    whatever_a_migration_makes_is_copied,
);

static BOOKSHOP: Migrations = sea_gen_runner::embed!();

const CREATE: &str = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
const ADD: &str = "-- UP\nALTER TABLE book ADD COLUMN pages integer;\n-- DOWN\nALTER TABLE book DROP COLUMN pages;\n";

async fn each_test_has_a_database_of_its_own(mut database: Database, product: Product) {
    let asked = std::env::var("SEA_GEN_TEST_DATABASES").ok().and_then(|number| number.parse::<usize>().ok());
    let (count, begun) = (asked.unwrap_or(8), std::time::Instant::now());
    // A test program runs some tests at a time; each of them has its own connections.
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(32));
    let mut started = Vec::new();
    for _ in 0..count {
        let (url, places) = (database.url.clone(), std::sync::Arc::clone(&places));
        started.push(tokio::spawn(async move {
            let _place = places.acquire().await.unwrap();
            let own = testing::database(&BOOKSHOP, &url).await.unwrap();
            BOOKSHOP.ensure_current(own.url()).await.unwrap();
            let session = super::embedded::pool(own.url(), 1).await;
            let author = "INSERT INTO author (family_name, given_name) VALUES ('Austen', 'Jane')";
            sea_orm::ConnectionTrait::execute_unprepared(&session, author).await.unwrap();
            let found = own.url().to_owned();
            // The pool is still open: the database goes all the same.
            own.remove().await.unwrap();
            found
        }));
    }
    let mut urls = BTreeSet::new();
    for one in started {
        urls.insert(one.await.unwrap());
    }
    assert_eq!(urls.len(), count);
    if asked.is_some() {
        println!("{product}: {count} databases, used and removed, in {} ms", begun.elapsed().as_millis());
    }
    let left = left(&mut database, product).await;
    assert!(urls.iter().all(|url| !left.iter().any(|name| url.ends_with(name.as_str()))), "{left:?}");
    database.remove().await;
}

async fn other_migrations_have_another_template(database: Database, product: Product) {
    let first = Migrations::parse(product, [(ONE, CREATE)]).unwrap();
    let second = Migrations::parse(product, [(ONE, CREATE), (TWO, ADD)]).unwrap();
    for migrations in [&first, &second, &first] {
        let own = testing::database(migrations, &database.url).await.unwrap();
        migrations.ensure_current(own.url()).await.unwrap();
        assert_eq!(migrations.status(own.url()).await.unwrap().applied.len(), migrations.ids(product).count());
    }
    database.remove().await;
}

/// Where the files of this user are.
fn folder() -> std::path::PathBuf {
    let user = ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    std::env::temp_dir().join(format!("sea-gen-tests-{user}").trim_end_matches('-'))
}

/// The names of the test databases.
async fn left(database: &mut Database, product: Product) -> Vec<String> {
    let sql = match product {
        Product::Postgres => "SELECT datname FROM pg_database WHERE datname LIKE 'gen\\_test\\_%'",
        Product::MySql | Product::MariaDb => "SHOW DATABASES LIKE 'gen\\_test\\_%'",
        Product::Sqlite => {
            let entries = std::fs::read_dir(folder()).unwrap();
            return entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        }
    };
    database.query(sql).await.iter().map(|row| row.text(0).to_owned()).collect()
}

/// The name of this program is replaced by one that nobody holds the lock of.
async fn a_database_of_a_dead_program_goes(mut database: Database, product: Product) {
    let migrations = Migrations::parse(product, [(ONE, CREATE)]).unwrap();
    let own = testing::database(&migrations, &database.url).await.unwrap();
    let name = own.url().rsplit('/').next().unwrap().to_owned();
    let program = name.rsplit('_').nth(1).unwrap();
    let dead = name.replace(program, "00000000");
    match product {
        Product::Sqlite => {
            std::fs::write(folder().join(&dead), "").unwrap();
        }
        _ => drop(database.session.execute(&format!("CREATE DATABASE {dead}")).await),
    }
    assert!(left(&mut database, product).await.contains(&dead));
    testing::clean(&database.url).await.unwrap();
    let after = left(&mut database, product).await;
    assert!(!after.contains(&dead) && after.contains(&name), "{after:?}");
    own.remove().await.unwrap();
    database.remove().await;
}

async fn whatever_a_migration_makes_is_copied(database: Database, product: Product) {
    let up = match product {
        Product::Postgres | Product::Sqlite => "CREATE TABLE a (id integer PRIMARY KEY);",
        Product::MySql | Product::MariaDb => {
            "CREATE TABLE a (id int PRIMARY KEY AUTO_INCREMENT, n int, d int AS (n * 2), m int AS (n + 1) STORED, `o'd` text);\n\
             CREATE TABLE b (id int PRIMARY KEY, a int, CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a (id));\n\
             INSERT INTO a (n, `o'd`) VALUES (1, 'x'), (2, NULL);\nINSERT INTO b VALUES (7, 2);\n\
             CREATE FUNCTION twice (n int) RETURNS int DETERMINISTIC RETURN n * 2;\n\
             CREATE VIEW z AS SELECT id, twice(n) AS t FROM a;\nCREATE VIEW y AS SELECT * FROM z;\n\
             CREATE TRIGGER filled BEFORE INSERT ON a FOR EACH ROW SET NEW.n = COALESCE(NEW.n, 5);\n\
             CREATE EVENT rarely ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM b;"
        }
    };
    let text = format!("-- UP\n{up}\n-- DOWN\nDROP TABLE a;\n");
    let migrations = Migrations::parse(product, [(ONE, text.as_str())]).unwrap();
    let first = testing::database(&migrations, &database.url).await.unwrap();
    migrations.ensure_current(first.url()).await.unwrap();
    if matches!(product, Product::MySql | Product::MariaDb) {
        let options = crate::support::connection(first.url());
        let mut session = sea_gen_runner::session::Session::connect(&options, sea_gen_runner::session::Missing::Refuse)
            .await
            .unwrap();
        session.execute("INSERT INTO a (n) VALUES (NULL)").await.unwrap();
        let rows = session.query("SELECT group_concat(concat(id, ' ', t) ORDER BY id) FROM y").await.unwrap();
        assert_eq!(rows.first().unwrap().text(0), "1 2,2 4,3 10");
        let rows =
            session.query("SELECT count(*) FROM b JOIN a ON a.id = b.a WHERE a.d = 4 AND a.m = 3").await.unwrap();
        assert_eq!(rows.first().unwrap().text(0), "1");
        let events = "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()";
        assert_eq!(session.query(events).await.unwrap().first().unwrap().text(0), "rarely");
        assert!(session.execute("INSERT INTO b VALUES (8, 99)").await.is_err(), "the foreign key is there");
        session.close().await;
    }
    drop(first);
    database.remove().await;
}

/// A parameter names the database too, and the driver prefers it: the tests must not get that one.
#[apply(test_on_postgres)]
fn a_database_named_by_a_parameter_is_left_alone() {
    super::support::block(async {
        let database = Database::create(Product::Postgres, "parameter").await;
        let migrations = Migrations::parse(Product::Postgres, [(ONE, CREATE)]).unwrap();
        let url = format!("{}?dbname=run_parameter", database.url);
        let own = testing::database(&migrations, &url).await.unwrap();
        migrations.ensure_current(own.url()).await.unwrap();
        assert!(migrations.ensure_current(&database.url).await.is_err(), "it was migrated");
        drop(own);
        database.remove().await;
    });
}
