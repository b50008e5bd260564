//! An application that goes on using SeaORM's own `Migrator`: on the adopted database, and on one that the baseline creates.
//!
//! Must not know how the history of SeaORM is written.

use std::future::Future;

use sea_gen::schema::Product;
use sea_orm::DatabaseConnection;
use sea_orm_migration::prelude::*;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(
    the_migrator_goes_on_where_the_baseline_runs,
    the_history_of_the_migrator_is_left_out_if_asked,
    a_history_that_is_not_there_is_not_filled,
);

struct Named(&'static str, fn(&str) -> String);

impl MigrationName for Named {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Named {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&self.1(self.0)).await.map(drop)
    }
}

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Named("m20220101_000001_create_club", |_| {
                "CREATE TABLE club (id integer NOT NULL PRIMARY KEY, name varchar(20) NOT NULL)".to_owned()
            })),
            Box::new(Named("m20220102_000001_it's_there", |_| "CREATE INDEX by_name ON club (name)".to_owned())),
            Box::new(Named("m20220103_000001_add_note", |_| "ALTER TABLE club ADD COLUMN note varchar(20)".to_owned())),
        ]
    }
}

/// Lets the migrator work on a database.
fn with<T, F: Future<Output = Result<T, DbErr>>>(database: &Database, work: impl FnOnce(DatabaseConnection) -> F) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let create = if database.product == Product::Sqlite { "?mode=rwc" } else { "" };
        let url = format!("{}{create}", database.url.replacen("mariadb://", "mysql://", 1));
        let connection = sea_orm::Database::connect(url).await.expect("a connection");
        let result = work(connection.clone()).await.expect("the migrator");
        connection.close().await.expect("the end of the connection");
        result
    })
}

fn pending(database: &Database) -> usize {
    with(database, |connection| async move { Ok(Migrator::get_pending_migrations(&connection).await?.len()) })
}

fn rows(database: &Database) -> Vec<String> {
    let rows = database.query("SELECT version, applied_at FROM seaql_migrations ORDER BY version");
    rows.iter().map(|row| format!("{} {}", row.text(0), row.text(1))).collect()
}

/// A project whose database has two of three migrations of the application.
fn begun(product: Product) -> Project {
    let project = Project::new(product);
    with(&project.database, |connection| async move { Migrator::up(&connection, Some(2)).await });
    project
}

fn the_migrator_goes_on_where_the_baseline_runs(product: Product) {
    let project = begun(product);
    project.run(&["init"]).with(0).mentions("where the baseline runs, it fills seaql_migrations");
    project.holds();
    project.run(&["verify"]).with(0);

    let fresh = Database::create(product);
    project.run(&["up", "--database-url", &fresh.url]).with(0);
    assert_eq!(rows(&fresh), rows(&project.database));
    project.run(&["check", "--database-url", &fresh.url]).with(0);
    for database in [&project.database, &fresh] {
        assert_eq!(pending(database), 1);
        with(database, |connection| async move { Migrator::up(&connection, None).await });
        assert_eq!(pending(database), 0);
        database.query("SELECT note FROM club");
    }

    // Of an emptied database only what the baseline has is applied.
    project.run(&["fresh", "--database-url", &fresh.url]).with(0);
    assert_eq!(pending(&fresh), 1);
}

fn the_history_of_the_migrator_is_left_out_if_asked(product: Product) {
    let project = begun(product);
    project.run(&["init", "--no-seaql"]).with(0).keeps_silent_on("fills");
    let fresh = Database::create(product);
    project.run(&["up", "--database-url", &fresh.url]).with(0);
    fresh.query("SELECT name FROM club");
    assert_eq!(project.newest().matches("seaql").count(), 0);
}

fn a_history_that_is_not_there_is_not_filled(product: Product) {
    let project = Project::new(product);
    project.database.execute("CREATE TABLE club (id integer NOT NULL PRIMARY KEY)");
    project.run(&["init", "--with-seaql"]).with(1).mentions("has no `seaql_migrations`");
    assert!(project.written().is_empty());
    project.run(&["init"]).with(0);
    assert_eq!(project.newest().matches("seaql").count(), 0);
}
