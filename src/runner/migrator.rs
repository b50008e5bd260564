//! Migrations of `gen` in a `Migrator` of SeaORM: the macro that makes one of them a `MigrationTrait`, and what it does.
//!
//! Must not know how a migration is applied; that is the runner's.

use sea_orm_migration::{DbErr, SchemaManager, SchemaManagerConnection};

use crate::connect::Connect as _;
use crate::migrations::Migrations;
use crate::run::{self, Applicable, Course, DEFAULT_WAIT, State, beside};
use crate::session::{Missing, Session};
use crate::{Error, ErrorKind, Result};

#[doc(hidden)]
pub use sea_orm_migration::{self, MigrationName, MigrationTrait, async_trait};

/// A migration of `gen` as one of SeaORM's: `Migration`, for the list of a `Migrator`. With the feature `sea-orm-migration`.
///
/// `gen` writes the module and its line in the `Migrator` where the configuration says `format = "seaorm"`:
///
/// ```
/// use sea_orm_migration::prelude::*;
///
/// // As a rule `embed!("../migrations", "../schema.lock.json")`.
/// pub static MIGRATIONS: sea_gen_runner::Migrations = sea_gen_runner::embed!("../../migrations", "../../schema.lock.json");
///
/// mod m20261121_063644_initial {
///     sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, "20261121_063644_initial");
/// }
///
/// pub struct Migrator;
///
/// impl MigratorTrait for Migrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         vec![Box::new(m20261121_063644_initial::Migration)]
///     }
/// }
///
/// # #[cfg(not(feature = "sqlite"))]
/// # fn main() {}
/// # #[cfg(feature = "sqlite")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let database = sea_orm::Database::connect("sqlite::memory:").await?;
/// Migrator::up(&database, None).await?;
/// MIGRATIONS.ensure_current(&database).await?;
/// # Ok(()) }) }
/// ```
///
/// The migration runs as under `gen up`: on one connection, under the lock, with its checks, batches and safe forms, recorded in
/// `sea_gen_history`. What is applied there already is only added to SeaORM's own history. `Migrator::up` must be given a
/// `DatabaseConnection`, because a migration has transactions of its own.
///
/// `sea_orm_migration!(super::MIGRATIONS, baseline "…")` is for the baseline of a project whose `Migrator` had migrations before:
/// it stands for them, so it is recorded and never executed there.
#[macro_export]
macro_rules! sea_orm_migration {
    ($migrations:expr, $id:literal) => {
        $crate::sea_orm_migration!(@ $migrations, $id, apply, revert);
    };
    ($migrations:expr, baseline $id:literal) => {
        $crate::sea_orm_migration!(@ $migrations, $id, record, forget);
    };
    (@ $migrations:expr, $id:literal, $up:ident, $down:ident) => {
        #[doc = concat!("The migration `", $id, "`.")]
        pub struct Migration;

        impl $crate::migrator::MigrationName for Migration {
            fn name(&self) -> &str {
                concat!("m", $id)
            }
        }

        #[$crate::migrator::async_trait::async_trait]
        impl $crate::migrator::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &$crate::migrator::sea_orm_migration::SchemaManager,
            ) -> ::std::result::Result<(), $crate::migrator::sea_orm_migration::DbErr> {
                $crate::migrator::$up(&$migrations, $id, manager).await
            }

            async fn down(
                &self,
                manager: &$crate::migrator::sea_orm_migration::SchemaManager,
            ) -> ::std::result::Result<(), $crate::migrator::sea_orm_migration::DbErr> {
                $crate::migrator::$down(&$migrations, $id, manager).await
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(false)
            }
        }
    };
}

/// Applies the migration, and those before it that are pending.
#[doc(hidden)]
pub async fn apply(migrations: &Migrations, id: &str, manager: &SchemaManager<'_>) -> Done {
    run(migrations, (id, Task::Apply), manager).await
}

/// Reverts the migration, the newest applied one.
#[doc(hidden)]
pub async fn revert(migrations: &Migrations, id: &str, manager: &SchemaManager<'_>) -> Done {
    run(migrations, (id, Task::Revert), manager).await
}

/// Records the baseline: the migrations of the `Migrator` before it have made its schema.
#[doc(hidden)]
pub async fn record(migrations: &Migrations, id: &str, manager: &SchemaManager<'_>) -> Done {
    run(migrations, (id, Task::Record), manager).await
}

/// Removes the recorded baseline from the history: the migrations before it are reverted next.
#[doc(hidden)]
pub async fn forget(migrations: &Migrations, id: &str, manager: &SchemaManager<'_>) -> Done {
    run(migrations, (id, Task::Forget), manager).await
}

/// Records that SeaORM has run the migration in Rust: the last call of its `up`, in the same transaction.
#[doc(hidden)]
pub async fn applied(migrations: &Migrations, migration: &impl MigrationName, manager: &SchemaManager<'_>) -> Done {
    let connection = manager.get_connection();
    let product = beside::product(connection).await?;
    let files = migrations.applicable(product).map_err(|error| in_words(&error))?;
    let id = id_of(migration);
    // A migration may be for some of the products of the project only.
    match files.iter().find(|file| file.migration.id.as_str() == id) {
        Some(file) => beside::applied(connection, migrations.history(), file).await,
        None => Ok(()),
    }
}

/// Removes the record of a migration in Rust that SeaORM has reverted: the last call of its `down`, in the same transaction.
#[doc(hidden)]
pub async fn reverted(migrations: &Migrations, migration: &impl MigrationName, manager: &SchemaManager<'_>) -> Done {
    let connection = manager.get_connection();
    let product = beside::product(connection).await?;
    migrations.applicable(product).map_err(|error| in_words(&error))?;
    beside::reverted(connection, (product, migrations.history()), id_of(migration)).await
}

/// The id of a migration that is named as its module is.
fn id_of(migration: &impl MigrationName) -> &str {
    let name = migration.name();
    name.strip_prefix('m').unwrap_or(name)
}

/// What SeaORM gets back.
type Done = std::result::Result<(), DbErr>;

/// What is done with one migration.
#[derive(Clone, Copy)]
enum Task {
    Apply,
    Revert,
    Record,
    Forget,
}

async fn run(migrations: &Migrations, (id, task): (&str, Task), manager: &SchemaManager<'_>) -> Done {
    let SchemaManagerConnection::Connection(database) = manager.get_connection() else {
        return Err(in_words(
            &Error::new(format!(
                "migration `{id}` cannot run inside a transaction of the caller, because it has transactions of its own"
            ))
            .of(ErrorKind::Refused)
            .hint("give `Migrator::up` the `DatabaseConnection`"),
        ));
    };
    let mut session = database.session(Missing::Create).await.map_err(|error| in_words(&error))?;
    session.name_history(migrations.history());
    let result = on(&mut session, migrations, (id, task)).await;
    session.close().await;
    result.map_err(|error| in_words(&error))
}

async fn on(session: &mut Session, migrations: &Migrations, (id, task): (&str, Task)) -> Result<()> {
    let files = migrations.applicable(session.product())?;
    // A migration may be for some of the products of the project only.
    let Some(file) = files.iter().find(|file| file.migration.id.as_str() == id) else { return Ok(()) };
    // A run follows by itself what merging branches and squashing have changed.
    if matches!(task, Task::Record | Task::Forget) {
        run::follow_files(session, &files, DEFAULT_WAIT).await?;
    }
    match task {
        Task::Apply => go(session, &files, Course::Apply(id)).await,
        Task::Revert => go(session, &files, Course::Revert(id)).await,
        Task::Record => record_on(session, file).await,
        Task::Forget => forget_on(session, id).await,
    }
}

async fn go(session: &mut Session, files: &[Applicable<'_>], course: Course<'_>) -> Result<()> {
    run::go(session, files, course, DEFAULT_WAIT, &mut |_| ()).await.map(drop)
}

async fn record_on(session: &mut Session, file: &Applicable<'_>) -> Result<()> {
    let id = file.migration.id.as_str();
    loop {
        let known = run::history(session).await?;
        match known.iter().find(|row| row.id == id) {
            Some(row) if row.status.is_done() => return Ok(()),
            Some(_) => {
                return Err(Error::new(format!("migration `{id}` is partially applied"))
                    .of(ErrorKind::Interrupted)
                    .hint("`gen up` goes on with it"));
            }
            None => {}
        }
        let recorded = (&[file][..], State::Baseline);
        // If another process was faster, its row is found the next time.
        if run::record(session, recorded, &known, async |_| Ok(true), DEFAULT_WAIT.into(), &mut |_| ()).await? {
            return Ok(());
        }
    }
}

/// However the baseline was applied: the migrations before it are in SeaORM's history, and revert what it stands for.
async fn forget_on(session: &mut Session, id: &str) -> Result<()> {
    let rows = run::history(session).await?;
    match rows.last() {
        Some(newest) if newest.id == id => run::forget(session, id, DEFAULT_WAIT).await,
        Some(newest) if rows.iter().any(|row| row.id == id) => {
            Err(Error::new(format!("migration `{}` is applied after `{id}`", newest.id))
                .of(ErrorKind::OutOfOrder)
                .hint("revert the newest one first: `gen down`"))
        }
        _ => Ok(()),
    }
}

/// The error as SeaORM's programs print it: the message, its reasons, and the hints.
fn in_words(error: &Error) -> DbErr {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        text.push_str(&format!(": {reason}"));
        source = reason.source();
    }
    for hint in error.hints() {
        text.push_str(&format!("\nhint: {hint}"));
    }
    DbErr::Migration(text)
}
