//! Migrations that are part of the program, applied through a connection of SeaORM.
//!
//! `cargo run --example embed`

#![allow(clippy::print_stdout, missing_docs, reason = "an example shows what it does")]

use sea_gen_runner::Migrations;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};

/// `migrations` and `schema.lock.json` beside the `Cargo.toml` of this package. What the lock file does not seal does not compile.
static MIGRATIONS: Migrations = sea_gen_runner::embed!();

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> anyhow::Result<()> {
    // Every connection to an SQLite database in memory has a database of its own, so there is exactly one.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;

    for outcome in MIGRATIONS.up(&database).await?.outcomes {
        println!("applied {}: {} statements, {} ms", outcome.id, outcome.statements, outcome.execution_ms);
    }
    MIGRATIONS.ensure_current(&database).await?;

    let author = "INSERT INTO author (family_name, given_name) VALUES ('Austen', 'Jane')";
    let inserted = database.execute_unprepared(author).await?;
    assert_eq!(inserted.rows_affected(), 1);
    Ok(())
}
