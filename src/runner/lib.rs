//! Runs the migrations that `sea-gen` writes, from inside an application: one runner at a time, recorded in the database, and
//! resumable. Behind `gen up` works the same code.
//!
//! ```no_run
//! # #[cfg(all(feature = "sea-orm", feature = "sqlite"))]
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! use sea_gen_runner::{Migrations, Runner, Target};
//!
//! let database = sea_orm::Database::connect("sqlite://shop.db").await?;
//! let migrations = Migrations::read("migrations", "schema.lock.json")?;
//! let mut runner = Runner::connect(&database, &migrations).await?;
//! for outcome in runner.up(&Target::All).await?.outcomes {
//!     println!("{} in {} ms", outcome.id, outcome.execution_ms);
//! }
//! runner.close().await;
//! # Ok(()) }
//! ```
//!
//! * **One connection does everything**: it holds the lock and runs the statements, so neither is lost to a pool.
//! * **One runner at a time**, by PostgreSQL's advisory lock, MySQL's and MariaDB's `GET_LOCK`, SQLite's write lock; the
//!   second one waits, and finds nothing left to do.
//! * **Every statement counts**: where the database can, a migration is one transaction; where it cannot, the history says which
//!   statement is sent before it is sent. After a crash the catalog decides whether it was done, and the next run goes on.
//!
//! Features: `sea-orm` (on by default) takes connections of SeaORM; `postgres`, `mysql` (MariaDB too) and `sqlite` are the drivers;
//! `testing` gives each test a database of its own; `sea-orm-migration` has the macro `sea_orm_migration!` for a `Migrator` of SeaORM.
//! Must not know schemas, plans or entities.

mod application;
mod attribution;
mod connect;
mod embed;
#[cfg(feature = "sea-orm")]
mod migration_connection;
mod migrations;
#[cfg(feature = "sea-orm-migration")]
#[doc(hidden)]
pub mod migrator;
mod readiness;
mod runner;
#[cfg(feature = "testing")]
pub mod testing;

// Shared with `sea-gen` only: these modules are not stable between versions.
#[doc(hidden)]
pub mod outside;
#[doc(hidden)]
pub mod reading;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod session;

pub use sea_gen_format::{Error, ErrorKind, Product, Result};
#[doc(hidden)]
pub use sea_gen_format::{
    LineNumber, Role, Statement, checksum, files, hook, json, lock_file, migration, sql, sql_file,
};
#[doc(hidden)]
pub use sea_gen_macros::embed_from;

pub use attribution::Attribution;
pub use connect::Connect;
pub use migrations::Migrations;
pub use readiness::Readiness;
pub use run::functions::{FunctionError, FunctionFuture, MigrationConnection};
pub use run::{DEFAULT_WAIT, Direction, OnAhead, Outcome, Progress, Record, State, Target};
#[doc(hidden)]
pub use run::{HISTORY_TABLE, LEASE_TABLE};
pub use runner::{Planned, Report, Runner, Status};

// The examples of the page on crates.io are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;
