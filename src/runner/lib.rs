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
//! Features: `sea-orm` (on by default) takes connections of SeaORM; `postgres`, `mysql` (MariaDB too) and `sqlite` are the drivers.
//! Must not know schemas, plans or entities.

mod connect;
mod error;
mod migrations;
mod product;
mod runner;

// Shared with `sea-gen` only: these modules are not stable between versions.
#[doc(hidden)]
pub mod checksum;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod lock_file;
#[doc(hidden)]
pub mod migration;
#[doc(hidden)]
pub mod outside;
#[doc(hidden)]
pub mod reading;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod sql;

pub use connect::Connect;
pub use error::{Error, ErrorKind, Result};
#[doc(hidden)]
pub use migration::{LineNumber, Role, Statement};
pub use migrations::Migrations;
pub use product::Product;
#[doc(hidden)]
pub use run::HISTORY_TABLE;
pub use run::{DEFAULT_WAIT, Direction, Outcome, Progress, Record, State, Target};
pub use runner::{Report, Runner, Status};

// The examples of the page on crates.io are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;
