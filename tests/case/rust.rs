//! Cases as modules in Rust, which are compiled in `tests/oracle/src/migrations`: what they do is what the statements do.
//!
//! Must not know how a statement becomes a call.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use oracle_entities::migrations;
use sea_gen::dialect;
use sea_gen::introspect::{Scope, introspect};
use sea_gen::schema::{Normalized, Product};
use sea_gen::write::migration_code;
use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run;
use sea_gen_runner::session::Session;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, TransactionTrait as _};
use sea_orm_migration::prelude::{DbErr, MigrationTrait, SchemaManager};

use crate::support::Scratch;

use super::Case;
use super::outcome::{self, lines};

/// The cases: everything that sea-query has words for, and some of what it has none for.
const CASES: [&str; 29] = [
    "checks::change",
    "checks::in-entity",
    "columns::add-default",
    "columns::add-nullable",
    "columns::drop",
    "columns::rename",
    "columns::require",
    "columns::several",
    "comments::table",
    "defaults::every-kind",
    "defaults::now",
    "defaults::quotes",
    "enums::add-between",
    "enums::create",
    "enums::quotes",
    "indexes::add",
    "indexes::descending",
    "indexes::expression",
    "indexes::include",
    "indexes::partial",
    "indexes::rename",
    "indexes::unique",
    "keys::action",
    "keys::composite",
    "keys::create-related",
    "tables::awkward-names",
    "tables::rename",
    "types::every-type",
    "views::create",
];

/// Whether a case has a module.
pub fn has_module(case: &Case) -> bool {
    CASES.contains(&case.name.as_str())
}

/// The name of a case's module.
fn module(case: &Case) -> String {
    format!("m{}", id(case))
}

fn id(case: &Case) -> String {
    format!("20260101_000000_{}", case.name.replace("::", "_").replace('-', "_"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/src/migrations")
}

/// The case as a migration for each product: to the schema before and on to the one after, and back.
fn files(case: &Case) -> Result<BTreeMap<Product, Migration>, String> {
    let id: MigrationId = id(case).parse().map_err(|error| format!("{error}"))?;
    let file = |product: &Product| {
        let outcome = outcome::of(case, *product)?;
        let up = outcome.start.into_iter().chain(outcome.up).collect();
        let file = Migration {
            id: id.clone(),
            product: *product,
            from: None,
            to: None,
            merged: Default::default(),
            contracts: None,
            up,
            down: outcome.down,
        };
        Ok((*product, file))
    };
    case.products.iter().map(file).collect()
}

/// The text of the module, and its products: without SQLite where its table is made anew, which the runner does.
fn written(case: &Case) -> Result<(String, Vec<Product>), String> {
    let mut files = files(case)?;
    for _ in 0..2 {
        let own = files.iter().map(|(product, file)| (*product, Some(file))).collect();
        if let Some(text) = migration_code::module(&id(case), &own) {
            let text = format!("//! The case `{}` as a migration in Rust.\n\n{text}", case.name);
            return Ok((text, files.into_keys().collect()));
        }
        files.remove(&Product::Sqlite);
    }
    Err("no migration of SeaORM can do it".to_owned())
}

/// The module is what is compiled, and is laid out as rustfmt does.
pub fn text(case: &Case) -> Result<(), String> {
    let (found, _) = written(case)?;
    let path = folder().join(format!("{}.rs", module(case)));
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if found != before {
        if std::env::var_os("BLESS").is_none() {
            let how = "if it should be: `BLESS=1 cargo test --test cases rust::text`";
            return Err(format!("{} is not what is written; {how}\n{}", path.display(), lines(&before, &found)));
        }
        std::fs::write(&path, &found).map_err(|error| error.to_string())?;
    }
    let empty = tempfile::tempdir().map_err(|error| error.to_string())?;
    std::fs::write(empty.path().join("rustfmt.toml"), "").map_err(|error| error.to_string())?;
    let config = empty.path().display().to_string();
    let mut rustfmt = Command::new("rustfmt");
    let checked = rustfmt.args(["--check", "--edition", "2024", "--config-path", &config]).arg(&path).output();
    let checked = checked.map_err(|error| format!("rustfmt does not run: {error}"))?;
    match checked.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&checked.stdout).into_owned()),
    }
}

/// The module and the statements lead to the same database, up and down.
pub fn live(case: &Case, product: Product) -> Result<(), String> {
    let (_, products) = written(case)?;
    let migration = migrations::all().into_iter().find(|migration| migration.name() == module(case));
    let migration = migration.ok_or("it is not in the list of tests/oracle/src/migrations/mod.rs")?;
    if !products.contains(&product) {
        return Ok(());
    }
    let file = files(case)?.remove(&product).ok_or("there is no such product")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let told = |error: sea_gen_runner::session::DatabaseError| error.to_string();
        let (own, others) =
            (Scratch::create(product).await.map_err(told)?, Scratch::create(product).await.map_err(told)?);
        let result = same(&file, &*migration, (&own, &others)).await;
        own.remove().await.map_err(told)?;
        others.remove().await.map_err(told)?;
        result
    })
}

async fn same(
    file: &Migration,
    migration: &dyn MigrationTrait,
    (own, other): (&Scratch, &Scratch),
) -> Result<(), String> {
    let told = |error: DbErr| error.to_string();
    let mut session = own.connect().await.map_err(|error| error.to_string())?;
    let mut beside = other.connect().await.map_err(|error| error.to_string())?;
    let mut options = ConnectOptions::new(other.url.replace("mariadb://", "mysql://"));
    options.max_connections(1).sqlx_logging(false);
    let pool = Database::connect(options).await.map_err(told)?;
    for goes_up in [true, false] {
        for statement in if goes_up { &file.up } else { &file.down } {
            session.execute(&statement.sql).await.map_err(|error| format!("{error}: {}", statement.sql))?;
        }
        run_by_seaorm(&pool, migration, goes_up).await.map_err(told)?;
        let (expected, found) = (read(&mut session).await?, read(&mut beside).await?);
        outcome::same(found.schema(), expected.schema())
            .map_err(|difference| format!("up: {goes_up}\n{difference}"))?;
        let (expected, found) =
            (printed(&mut session, own, &expected).await?, printed(&mut beside, other, &found).await?);
        if expected != found {
            return Err(format!("up: {goes_up}\n{}", lines(&expected, &found)));
        }
        let recorded = run::history(&mut beside).await.map_err(|error| error.to_string())?;
        if recorded.len() != usize::from(goes_up) {
            return Err(format!("up: {goes_up}, and recorded is {recorded:#?}"));
        }
    }
    pool.close().await.map_err(told)?;
    session.close().await;
    beside.close().await;
    Ok(())
}

/// As SeaORM's `Migrator` runs one.
async fn run_by_seaorm(pool: &DatabaseConnection, migration: &dyn MigrationTrait, goes_up: bool) -> Result<(), DbErr> {
    let in_transaction = migration.use_transaction().unwrap_or(pool.get_database_backend() == DbBackend::Postgres);
    if !in_transaction {
        let manager = SchemaManager::new(pool);
        return if goes_up { migration.up(&manager).await } else { migration.down(&manager).await };
    }
    let transaction = pool.begin().await?;
    let manager = SchemaManager::new(&transaction);
    if goes_up {
        migration.up(&manager).await?
    } else {
        migration.down(&manager).await?
    }
    transaction.commit().await
}

/// The database as the tool reads it.
async fn read(session: &mut Session) -> Result<Normalized, String> {
    let catalog = introspect(session, &Scope::default()).await.map_err(|error| error.to_string())?;
    dialect::of(session.product()).normalize(catalog.schema).map_err(|error| error.to_string())
}

/// The database as its own tools print it; SQLite has the texts that created it.
async fn printed(session: &mut Session, scratch: &Scratch, schema: &Normalized) -> Result<String, String> {
    let mut text = String::new();
    match session.product() {
        Product::Postgres => {
            let mut dump = Command::new("pg_dump");
            let dump = dump.args(["--schema-only", "--no-owner", "-T", "sea_gen_*", &scratch.url]).output();
            let dump = dump.map_err(|error| format!("pg_dump does not run: {error}"))?;
            if !dump.status.success() {
                return Err(String::from_utf8_lossy(&dump.stderr).into_owned());
            }
            let printed = String::from_utf8_lossy(&dump.stdout).into_owned();
            text.extend(printed.lines().filter(|line| !line.contains("restrict")).map(|line| format!("{line}\n")));
        }
        Product::MySql | Product::MariaDb => {
            for table in schema.schema().tables.keys() {
                let shown = session.query(&format!("SHOW CREATE TABLE `{}`", table.name)).await;
                let shown = shown.map_err(|error| error.to_string())?;
                text.push_str(shown.first().map(|row| row.text(1)).unwrap_or_default());
            }
        }
        Product::Sqlite => {}
    }
    Ok(text)
}
