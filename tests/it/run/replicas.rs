//! Six replicas of an application that start at once on a new database: programs of their own, each of which migrates at its start.
//!
//! `cargo test` makes two rounds on each database. `SEA_GEN_REPLICAS=20 cargo test --test it run::replicas -- --nocapture` makes
//! twenty, and the same with sea-orm-migration, whose replicas fail now and then: that is printed and not judged.

use std::process::{Command, ExitCode, Stdio};

use sea_gen::dialect::Product;
use sea_gen_runner::Migrations;
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{pk_auto, string};

use super::on_each;
use super::support::{Database, block};

on_each!(six_replicas_start_at_once);

const REPLICAS: usize = 6;

static BOOKSHOP: Migrations = sea_gen_runner::embed!();

/// Which migrator a replica calls, and on which database.
const MIGRATOR: &str = "SEA_GEN_TEST_REPLICA";
const URL: &str = "SEA_GEN_TEST_REPLICA_URL";

/// The replica, if this process is one: it migrates, checks, and says how many migrations it has applied.
pub fn replica() -> Option<ExitCode> {
    let (migrator, url) = (std::env::var(MIGRATOR).ok()?, std::env::var(URL).ok()?);
    let started = block(async {
        let pool = super::embedded::pool(&url, 3).await;
        let applied = match migrator.as_str() {
            "sea-gen" => {
                let report = BOOKSHOP.up(&pool).await.map_err(|error| error.to_string())?;
                BOOKSHOP.ensure_current(&pool).await.map_err(|error| error.to_string())?;
                report.outcomes.len()
            }
            _ => {
                Migrator::up(&pool, None).await.map_err(|error| error.to_string())?;
                0
            }
        };
        Ok::<usize, String>(applied)
    });
    Some(match started {
        Ok(applied) => {
            println!("{applied}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// Starts the replicas. Returns how many of them came up, and how many migrations they applied together.
fn start(migrator: &str, url: &str) -> (usize, usize) {
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(MIGRATOR, migrator).env(URL, url).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started: Vec<_> = (0..REPLICAS).map(|_| start()).collect();
    let ended = started.into_iter().map(|child| child.wait_with_output().unwrap());
    let (mut up, mut applied) = (0, 0);
    for output in ended {
        if output.status.success() {
            up += 1;
            applied += String::from_utf8_lossy(&output.stdout).trim().parse::<usize>().unwrap();
        } else if migrator == "sea-gen" {
            panic!("a replica did not start: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    (up, applied)
}

async fn six_replicas_start_at_once(database: Database, product: Product) {
    database.remove().await;
    let asked = std::env::var("SEA_GEN_REPLICAS").ok().and_then(|number| number.parse::<usize>().ok());
    let rounds = asked.unwrap_or(2);
    let migrators: &[&str] = if asked.is_some() { &["sea-gen", "sea-orm-migration"] } else { &["sea-gen"] };
    for migrator in migrators {
        let mut total = 0;
        for _ in 0..rounds {
            let database = Database::create(product, "six_replicas").await;
            let (up, applied) = start(migrator, &database.url);
            if *migrator == "sea-gen" {
                assert_eq!((up, applied), (REPLICAS, BOOKSHOP.ids(product).count()));
            }
            total += up;
            database.remove().await;
        }
        println!("{product}, {migrator}: {total} of {} replicas started", rounds * REPLICAS);
    }
}

/// What an application has today.
struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Tables)]
    }
}

#[derive(DeriveMigrationName)]
struct Tables;

#[async_trait::async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["author", "book", "review", "customer", "address"] {
            let table = Table::create().table(name).col(pk_auto("id")).col(string("name")).to_owned();
            manager.create_table(table).await?;
        }
        Ok(())
    }
}
