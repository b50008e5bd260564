//! A service that does not start on a database without its migrations, and a deployment that reacts to the kind of error.
//!
//! `cargo run --example startup`

#![allow(clippy::print_stdout, missing_docs, reason = "an example shows what it does")]

use std::time::Duration;

use anyhow::Context as _;
use sea_gen_runner::{Error, ErrorKind, Migrations, Product, Runner, Target};

const CREATE_BOOK: &str = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";

fn migrations() -> anyhow::Result<Migrations> {
    Ok(Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", CREATE_BOOK)])?)
}

/// What every replica of the service runs first: one query, no lock, no right but to read.
async fn serve(url: &str) -> anyhow::Result<()> {
    let migrations = migrations()?;
    let mut runner = Runner::connect(url, &migrations).await.context("cannot reach the database")?;
    let current = runner.ensure_current().await;
    runner.close().await;
    current.context("the service does not start")?;
    println!("serving");
    Ok(())
}

/// What the deployment runs once, before the replicas.
async fn deploy(url: &str) -> anyhow::Result<()> {
    let migrations = migrations()?;
    let mut runner = Runner::connect(url, &migrations).await?.wait(Duration::from_secs(60));
    let result = runner.up(&Target::All).await;
    runner.close().await;
    result?;
    Ok(())
}

/// What an operator, or a script, is to do about an error.
fn advice(error: &anyhow::Error) -> String {
    let Some(error) = error.downcast_ref::<Error>() else { return "look at the log".to_owned() };
    match error.kind() {
        ErrorKind::Busy => "another deployment is running: try again later".to_owned(),
        ErrorKind::Failed { id, statement } => format!("migration {id} failed at statement {statement:?}"),
        ErrorKind::Interrupted => "a migration is partially applied: see `gen status`".to_owned(),
        ErrorKind::Changed | ErrorKind::Missing | ErrorKind::OutOfOrder => {
            "the release and the database do not belong together".to_owned()
        }
        _ => error.hints().first().cloned().unwrap_or_else(|| "look at the log".to_owned()),
    }
}

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());

    let Err(refused) = serve(&url).await else { anyhow::bail!("the service started without its migrations") };
    println!("{refused:#}; {}", advice(&refused));
    assert!(advice(&refused).contains("`gen up`"));

    deploy(&url).await?;
    serve(&url).await
}
