//! Migrations that are part of the program, applied through a connection of SeaORM.
//!
//! `cargo run --example embed`

#![allow(clippy::print_stdout, missing_docs, reason = "an example shows what it does")]

use sea_gen_runner::{Migrations, Product, Runner, Target};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};

/// The migrations, oldest first or not: ids are sorted. An application writes `include_str!("../migrations/<id>.sql")` for each text.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "20261120_201300_create_book",
        "-- UP\nCREATE TABLE book (id integer PRIMARY KEY, title text NOT NULL);\n-- DOWN\nDROP TABLE book;\n",
    ),
    (
        "20261121_090000_add_pages",
        "-- UP\nALTER TABLE book ADD COLUMN pages integer;\n-- DOWN\nALTER TABLE book DROP COLUMN pages;\n",
    ),
];

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> anyhow::Result<()> {
    // Every connection to an SQLite database in memory has a database of its own, so there is exactly one.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;

    let migrations = Migrations::parse(Product::Sqlite, MIGRATIONS)?;
    let mut runner = Runner::connect(&database, &migrations).await?;
    for outcome in runner.up(&Target::All).await?.outcomes {
        println!("applied {}: {} statement, {} ms", outcome.id, outcome.statements, outcome.execution_ms);
    }
    // Gives the connection back to the pool: the next line needs it.
    runner.close().await;

    let inserted = database.execute_unprepared("INSERT INTO book (title, pages) VALUES ('Emma', 474)").await?;
    assert_eq!(inserted.rows_affected(), 1);
    Ok(())
}
