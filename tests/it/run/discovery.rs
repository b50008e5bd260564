//! What SeaORM's own schema discovery finds in the bookshop's tables is what the catalog reader finds.

use std::collections::BTreeMap;
use std::path::Path;

use sea_gen::dialect::Product;
use sea_gen::introspect::{Scope, introspect};
use sea_gen_runner::{Migrations, Runner, Target};
use sea_orm::{ConnectOptions, DatabaseConnection};

use super::on_each;
use super::support::Database;

on_each!(the_tables_are_those_that_sea_schema_discovers);

/// The columns of each table, and whether they take NULL.
type Tables = BTreeMap<String, BTreeMap<String, bool>>;

async fn the_tables_are_those_that_sea_schema_discovers(mut database: Database, product: Product) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let migrations = Migrations::read(root.join("migrations"), root.join("schema.lock.json")).unwrap();
    let mut runner = Runner::connect(database.url.as_str(), &migrations).await.unwrap();
    runner.up(&Target::All).await.unwrap();
    runner.close().await;
    let mut options = ConnectOptions::new(database.url.replace("mariadb://", "mysql://"));
    options.sqlx_logging(false);
    let pool = sea_orm::Database::connect(options).await.unwrap();
    let mut discovered = discovered(&pool, product).await;
    discovered.retain(|table, _| !table.starts_with("sea_gen_history"));
    pool.close().await.unwrap();
    let catalog = introspect(&mut database.session, &Scope::default()).await.unwrap();
    let of = |table: &sea_gen::schema::Table| -> BTreeMap<String, bool> {
        let key = table.primary_key.as_ref();
        // SQLite's own word for a key that is the row's id is that it takes NULL.
        let is_key = |name| product == Product::Sqlite && key.is_some_and(|key| key.columns.contains(name));
        let columns = table.columns.values().filter(|column| !is_key(&column.name));
        columns.map(|column| (column.name.to_string(), column.nullable)).collect()
    };
    let found: Tables = catalog.schema.tables.values().map(|table| (table.name.to_string(), of(table))).collect();
    assert!(found.len() > 3, "{found:?}");
    assert_eq!(found, discovered);
    database.remove().await;
}

async fn discovered(pool: &DatabaseConnection, product: Product) -> Tables {
    match product {
        Product::Sqlite => {
            let pool = pool.get_sqlite_connection_pool().clone();
            let schema = sea_schema::sqlite::discovery::SchemaDiscovery::new(pool).discover().await.unwrap();
            let columns = |table: &sea_schema::sqlite::def::TableDef| {
                let columns = table.columns.iter().filter(|column| !column.primary_key);
                columns.map(|column| (column.name.clone(), !column.not_null)).collect()
            };
            schema.tables.iter().map(|table| (table.name.clone(), columns(table))).collect()
        }
        Product::Postgres => {
            let pool = pool.get_postgres_connection_pool().clone();
            let schema =
                sea_schema::postgres::discovery::SchemaDiscovery::new(pool, "public").discover().await.unwrap();
            let columns = |table: &sea_schema::postgres::def::TableDef| {
                table.columns.iter().map(|column| (column.name.clone(), column.not_null.is_none())).collect()
            };
            schema.tables.iter().map(|table| (table.info.name.clone(), columns(table))).collect()
        }
        Product::MySql | Product::MariaDb => {
            let name: String = sea_orm::sqlx::query_scalar("SELECT DATABASE()")
                .fetch_one(pool.get_mysql_connection_pool())
                .await
                .unwrap();
            let pool = pool.get_mysql_connection_pool().clone();
            let schema = sea_schema::mysql::discovery::SchemaDiscovery::new(pool, &name).discover().await.unwrap();
            let columns = |table: &sea_schema::mysql::def::TableDef| {
                table.columns.iter().map(|column| (column.name.clone(), column.null)).collect()
            };
            schema.tables.iter().map(|table| (table.info.name.clone(), columns(table))).collect()
        }
    }
}
