//! A `Migrator` of SeaORM whose migrations were squashed: the old modules stay in its list as long as their files are kept.

use std::sync::LazyLock;

use sea_gen::dialect::Product;
use sea_gen_runner::migration;
use sea_gen_runner::run::State;
use sea_gen_runner::{Migrations, Readiness};
use sea_orm_migration::prelude::*;

use super::embedded::pool;
use super::on_each;
use super::support::Database;

on_each!(a_migrator_follows_a_squash, a_migrator_does_not_pull_a_squash_apart);

const PRODUCTS: [Product; 4] = [Product::Postgres, Product::MySql, Product::MariaDb, Product::Sqlite];

const FIRST: (&str, &str) = (
    "20260101_000000_first",
    "-- UP\nCREATE TABLE club (id integer NOT NULL PRIMARY KEY);\n-- DOWN\nDROP TABLE club;\n",
);

const SECOND: (&str, &str) = (
    "20260102_000000_second",
    "-- UP\nALTER TABLE club ADD COLUMN name varchar(20);\n-- DOWN\nALTER TABLE club DROP COLUMN name;\n",
);

const ALL: &str = "20260102_000001_all";

/// The two migrations, and the one that stands for both.
static MIGRATIONS: LazyLock<Migrations> = LazyLock::new(|| {
    let of = |product| {
        let line = |(id, text): (&str, &str)| {
            let migration = migration::parse(id.parse().unwrap(), product, text).unwrap();
            format!("-- replaces {id} {}\n", migration.checksum())
        };
        let body = "-- UP\nCREATE TABLE club (id integer NOT NULL PRIMARY KEY, name varchar(20));\n-- DOWN\nDROP TABLE club;\n";
        let text = format!("-- All\n{}{}\n{body}", line(FIRST), line(SECOND));
        Migrations::parse(product, [FIRST, SECOND, (ALL, text.as_str())]).unwrap()
    };
    PRODUCTS.into_iter().map(of).reduce(Migrations::and).unwrap_or_default()
});

/// Before the squash.
static OLDER: LazyLock<Migrations> = LazyLock::new(|| {
    let of = |product| Migrations::parse(product, [FIRST, SECOND]).unwrap();
    PRODUCTS.into_iter().map(of).reduce(Migrations::and).unwrap_or_default()
});

mod m20260101_000000_first {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20260101_000000_first");
}

mod m20260102_000000_second {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20260102_000000_second");
}

mod m20260102_000001_all {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20260102_000001_all");
}

mod older {
    pub mod m20260101_000000_first {
        sea_gen_runner::sea_orm_migration!(super::super::OLDER, "20260101_000000_first");
    }

    pub mod m20260102_000000_second {
        sea_gen_runner::sea_orm_migration!(super::super::OLDER, "20260102_000000_second");
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000000_first::Migration),
            Box::new(m20260102_000000_second::Migration),
            Box::new(m20260102_000001_all::Migration),
        ]
    }
}

struct Older;

impl MigratorTrait for Older {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(older::m20260101_000000_first::Migration), Box::new(older::m20260102_000000_second::Migration)]
    }
}

/// The ids in the history of `gen`, each with its state.
async fn history(database: &mut Database) -> Vec<(String, State)> {
    database.history().await.into_iter().map(|record| (record.id, record.status)).collect()
}

async fn a_migrator_follows_a_squash(mut database: Database, product: Product) {
    let pool = pool(&database.url, 2).await;
    for (before, state) in [(0, State::Applied), (1, State::Recognised), (2, State::Recognised)] {
        Older::up(&pool, Some(before)).await.unwrap();
        Migrator::up(&pool, None).await.unwrap();
        assert_eq!(history(&mut database).await, [(ALL.to_owned(), state)], "{product} {before}");
        assert!(Migrator::get_pending_migrations(&pool).await.unwrap().is_empty());
        assert_eq!(MIGRATIONS.readiness(&pool).await.unwrap(), Readiness::Ready);
        // The older program finds its own migrations.
        assert_eq!(OLDER.readiness(&pool).await.unwrap(), Readiness::Ready);
        database.session.execute("INSERT INTO club (id, name) VALUES (1, 'a')").await.unwrap();
        for table in ["club", "sea_gen_history", "seaql_migrations"] {
            database.session.execute(&format!("DROP TABLE {table}")).await.unwrap();
        }
    }
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_migrator_does_not_pull_a_squash_apart(mut database: Database, product: Product) {
    let pool = pool(&database.url, 2).await;
    Older::up(&pool, None).await.unwrap();
    let error = Migrator::down(&pool, Some(1)).await.unwrap_err().to_string();
    assert!(error.contains("stands for"), "{product}: {error}");
    database.session.execute("INSERT INTO club (id, name) VALUES (1, 'a')").await.unwrap();
    Migrator::up(&pool, None).await.unwrap();
    // Where it was executed, it is reverted as a whole.
    for table in ["club", "sea_gen_history", "seaql_migrations"] {
        database.session.execute(&format!("DROP TABLE {table}")).await.unwrap();
    }
    Migrator::up(&pool, None).await.unwrap();
    Migrator::reset(&pool).await.unwrap();
    assert!(history(&mut database).await.is_empty());
    assert!(!database.tables().await.contains(&"club".to_owned()));
    pool.close().await.unwrap();
    database.remove().await;
}
