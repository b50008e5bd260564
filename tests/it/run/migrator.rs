//! Migrations in a `Migrator` of SeaORM, beside migrations that are written in Rust: applied, reverted and begun anew by SeaORM.

use std::sync::LazyLock;

use sea_gen::dialect::Product;
use sea_gen_runner::run::State;
use sea_gen_runner::{Migrations, Readiness};
use sea_orm_migration::prelude::*;

use super::embedded::pool;
use super::on_each;
use super::support::Database;

on_each!(
    seaorm_applies_and_reverts_what_gen_wrote,
    a_baseline_is_recorded_where_the_migrator_made_the_schema,
    a_baseline_is_forgotten_however_it_was_applied,
    what_one_history_has_is_not_run_by_the_other,
    the_migrator_begins_anew,
    several_migrators_apply_each_migration_once,
    a_failure_is_told_and_goes_on,
    a_transaction_of_the_caller_is_refused,
    a_newer_migration_is_not_reverted_on_the_way,
);

const PRODUCTS: [Product; 4] = [Product::Postgres, Product::MySql, Product::MariaDb, Product::Sqlite];

/// The same texts for every product.
fn parse(files: [(&str, &str); 3]) -> Migrations {
    let of = |product| Migrations::parse(product, files).unwrap();
    PRODUCTS.into_iter().map(of).reduce(Migrations::and).unwrap_or_default()
}

static MIGRATIONS: LazyLock<Migrations> = LazyLock::new(|| {
    parse([
        (
            "20260101_000000_baseline",
            "-- UP\nCREATE TABLE club (id integer NOT NULL PRIMARY KEY);\n-- DOWN\nDROP TABLE club;\n",
        ),
        (
            "20260102_000000_add_name",
            "-- UP\n-- gen: check the club has a row\nSELECT 1 FROM club WHERE id < 0;\n\
             ALTER TABLE club ADD COLUMN name varchar(20);\nUPDATE club SET name = 'first';\n\
             -- DOWN\nALTER TABLE club DROP COLUMN name;\n",
        ),
        (
            "20260104_000000_add_member",
            "-- UP\nCREATE TABLE member (id integer NOT NULL PRIMARY KEY);\nINSERT INTO member VALUES (1);\n\
             -- DOWN\nDROP TABLE member;\n",
        ),
    ])
});

mod m20260101_000000_baseline {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, baseline "20260101_000000_baseline");
}

mod m20260102_000000_add_name {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20260102_000000_add_name");
}

mod m20260104_000000_add_member {
    sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20260104_000000_add_member");
}

/// A migration of the application itself.
struct Builder(&'static str);

impl MigrationName for Builder {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Builder {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(Table::create().table(self.0).col(ColumnDef::new("id").integer().primary_key()).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(self.0).to_owned()).await
    }
}

const FIRST: &str = "club";
const LAST: &str = "m20260103_000000_hall";

/// An application whose `Migrator` had a migration when `gen` came.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Builder(FIRST)),
            Box::new(m20260101_000000_baseline::Migration),
            Box::new(m20260102_000000_add_name::Migration),
            Box::new(Builder(LAST)),
            Box::new(m20260104_000000_add_member::Migration),
        ]
    }
}

/// The ids in the history of `gen`, each with its state.
async fn history(database: &mut Database) -> Vec<(String, State)> {
    database.history().await.into_iter().map(|record| (record.id, record.status)).collect()
}

fn rows(states: &[(&str, State)]) -> Vec<(String, State)> {
    states.iter().map(|(id, state)| ((*id).to_owned(), *state)).collect()
}

async fn seaorm_applies_and_reverts_what_gen_wrote(mut database: Database, _: Product) {
    // One connection: nothing may wait for a second one.
    let pool = pool(&database.url, 1).await;
    Migrator::up(&pool, Some(3)).await.unwrap();
    assert_eq!(
        history(&mut database).await,
        rows(&[("20260101_000000_baseline", State::Baseline), ("20260102_000000_add_name", State::Applied)])
    );
    assert!(matches!(MIGRATIONS.readiness(&pool).await.unwrap(), Readiness::Behind { .. }));
    Migrator::up(&pool, None).await.unwrap();
    assert!(Migrator::get_pending_migrations(&pool).await.unwrap().is_empty());
    MIGRATIONS.ensure_current(&pool).await.unwrap();
    assert_eq!(MIGRATIONS.readiness(&pool).await.unwrap(), Readiness::Ready);

    Migrator::down(&pool, Some(1)).await.unwrap();
    assert!(!database.tables().await.contains(&"member".to_owned()));
    Migrator::down(&pool, Some(2)).await.unwrap();
    assert_eq!(history(&mut database).await, rows(&[("20260101_000000_baseline", State::Baseline)]));
    Migrator::refresh(&pool).await.unwrap();
    MIGRATIONS.ensure_current(&pool).await.unwrap();
    Migrator::reset(&pool).await.unwrap();
    assert!(history(&mut database).await.is_empty());
    assert!(!database.tables().await.contains(&FIRST.to_owned()));
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_baseline_is_recorded_where_the_migrator_made_the_schema(mut database: Database, _: Product) {
    let pool = pool(&database.url, 2).await;
    Migrator::up(&pool, Some(1)).await.unwrap();
    database.session.execute("INSERT INTO club VALUES (7)").await.unwrap();
    Migrator::up(&pool, Some(1)).await.unwrap();
    Migrator::down(&pool, Some(1)).await.unwrap();
    assert!(history(&mut database).await.is_empty());
    // The table and its row are the application's.
    assert_eq!(database.session.query("SELECT id FROM club").await.unwrap().len(), 1);
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_baseline_is_forgotten_however_it_was_applied(mut database: Database, product: Product) {
    struct Later;
    impl MigratorTrait for Later {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![Box::new(m20260101_000000_baseline::Migration)]
        }
    }
    let pool = pool(&database.url, 2).await;
    MIGRATIONS.up_to(&pool, "20260101_000000_baseline").await.unwrap();
    Later::up(&pool, None).await.unwrap();
    assert_eq!(history(&mut database).await, rows(&[("20260101_000000_baseline", State::Applied)]), "{product}");
    Later::down(&pool, None).await.unwrap();
    // The migrations before it, which it stands for, remove the table.
    assert!(history(&mut database).await.is_empty());
    assert!(database.tables().await.contains(&"club".to_owned()));
    pool.close().await.unwrap();
    database.remove().await;
}

async fn what_one_history_has_is_not_run_by_the_other(mut database: Database, _: Product) {
    let pool = pool(&database.url, 2).await;
    Migrator::up(&pool, Some(2)).await.unwrap();
    // `gen up` was faster: the INSERT of the last one would fail the second time.
    MIGRATIONS.up(&pool).await.unwrap();
    Migrator::up(&pool, None).await.unwrap();
    assert_eq!(database.session.query("SELECT id FROM member").await.unwrap().len(), 1);
    MIGRATIONS.down_to(&pool, "20260102_000000_add_name").await.unwrap();
    Migrator::down(&pool, Some(1)).await.unwrap();
    assert_eq!(history(&mut database).await.len(), 2);
    pool.close().await.unwrap();
    database.remove().await;
}

async fn the_migrator_begins_anew(database: Database, _: Product) {
    let pool = pool(&database.url, 2).await;
    Migrator::up(&pool, None).await.unwrap();
    Migrator::fresh(&pool).await.unwrap();
    MIGRATIONS.ensure_current(&pool).await.unwrap();
    pool.close().await.unwrap();
    database.remove().await;
}

async fn several_migrators_apply_each_migration_once(mut database: Database, _: Product) {
    let begun = pool(&database.url, 2).await;
    Migrator::up(&begun, Some(2)).await.unwrap();
    // SeaORM's own history has no lock, so each replica has only migrations of `gen` left, and a history of SeaORM to itself.
    let one = async || {
        let own = pool(&database.url, 1).await;
        let manager = SchemaManager::new(&own);
        let applied = m20260102_000000_add_name::Migration.up(&manager).await;
        let applied = applied.and(m20260104_000000_add_member::Migration.up(&manager).await);
        own.close().await.unwrap();
        applied
    };
    let (first, second, third, fourth) = tokio::join!(one(), one(), one(), one());
    for result in [first, second, third, fourth] {
        result.unwrap();
    }
    assert_eq!(history(&mut database).await.len(), 3);
    begun.close().await.unwrap();
    database.remove().await;
}

async fn a_failure_is_told_and_goes_on(mut database: Database, product: Product) {
    let pool = pool(&database.url, 2).await;
    Migrator::up(&pool, Some(4)).await.unwrap();
    database.session.execute("CREATE TABLE member (id integer)").await.unwrap();
    let error = Migrator::up(&pool, None).await.unwrap_err().to_string();
    assert!(error.contains("migration `20260104_000000_add_member` failed at statement 1 of 2"), "{product}: {error}");
    assert_eq!(Migrator::get_pending_migrations(&pool).await.unwrap().len(), 1);
    database.session.execute("DROP TABLE member").await.unwrap();
    Migrator::up(&pool, None).await.unwrap();
    MIGRATIONS.ensure_current(&pool).await.unwrap();
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_transaction_of_the_caller_is_refused(mut database: Database, _: Product) {
    use sea_orm::TransactionTrait as _;

    let pool = pool(&database.url, 1).await;
    Migrator::up(&pool, Some(2)).await.unwrap();
    let transaction = pool.begin().await.unwrap();
    let error = Migrator::up(&transaction, None).await.unwrap_err().to_string();
    assert!(error.contains("`20260102_000000_add_name` cannot run inside a transaction of the caller"), "{error}");
    transaction.rollback().await.unwrap();
    assert_eq!(history(&mut database).await.len(), 1);
    pool.close().await.unwrap();
    database.remove().await;
}

async fn a_newer_migration_is_not_reverted_on_the_way(mut database: Database, _: Product) {
    let pool = pool(&database.url, 2).await;
    Migrator::up(&pool, Some(3)).await.unwrap();
    MIGRATIONS.up(&pool).await.unwrap();
    let error = Migrator::down(&pool, Some(1)).await.unwrap_err().to_string();
    assert!(error.contains("`20260104_000000_add_member` is applied after `20260102_000000_add_name`"), "{error}");
    assert_eq!(history(&mut database).await.len(), 3);
    pool.close().await.unwrap();
    database.remove().await;
}
