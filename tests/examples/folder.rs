//! The folder `migrations` and its lock file, as `gen migration` writes them, applied from a program and reverted.
//!
//! `cargo run --example folder`

#![allow(clippy::print_stdout, missing_docs, reason = "an example shows what it does")]

use sea_gen_runner::{Migrations, Progress, Runner, Target};
use sea_orm::{ConnectOptions, Database};

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> anyhow::Result<()> {
    // Fails where a file differs from the one that the lock file seals.
    let root = env!("CARGO_MANIFEST_DIR");
    let migrations = Migrations::read(format!("{root}/migrations"), format!("{root}/schema.lock.json"))?;

    let folder = tempfile::tempdir()?;
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.path().join("shop.db").display()));
    options.sqlx_logging(false);
    let database = Database::connect(options).await?;

    let mut runner = Runner::connect(&database, &migrations).await?.watch(|progress| {
        if let Progress::Started { id, .. } = progress {
            println!("running {id}");
        }
    });
    let report = runner.up(&Target::All).await?;
    let status = runner.status().await?;
    assert_eq!((status.applied.len(), status.pending.len()), (report.outcomes.len(), 0));

    // On a development database only: DOWN drops tables with their rows.
    runner.down(&Target::All).await?;
    assert!(runner.status().await?.applied.is_empty());
    runner.close().await;
    database.close().await?;
    Ok(())
}
