//! A case on a real database: up, read back, nothing left to do, down, read back, up again.
//!
//! Must not know what SQL is sent.

use sea_gen::dialect::reprint::agree;
use sea_gen::dialect::{self, Statement};
use sea_gen::diff::diff;
use sea_gen::introspect::{Scope, introspect, reference_rows};
use sea_gen::proof::{Claim, Renames, Verdict, prove};
use sea_gen::schema::{DefinitionKind, Normalized, Product};
use sea_gen_runner::migration::Migration;
use sea_gen_runner::session::Session;

use crate::support::{Scratch, connection};

use super::Case;
use super::outcome::{self, Outcome, same};

/// Runs a case on a scratch database of the product.
pub fn run(case: &Case, product: Product) -> Result<(), String> {
    let outcome = outcome::of(case, product)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let scratch = Scratch::create(product).await.map_err(|error| error.to_string())?;
        let result = match there_and_back(&outcome, product, &scratch).await {
            Ok(()) => proof(&outcome, product, &scratch).await,
            failed => failed,
        };
        // The test's own failure is worth more than one to clean up after it.
        let removed = scratch.remove().await.map_err(|error| format!("cannot remove the scratch database: {error}"));
        result.and(removed)
    })
}

async fn there_and_back(outcome: &Outcome, product: Product, scratch: &Scratch) -> Result<(), String> {
    let mut session = scratch.connect().await.map_err(|error| error.to_string())?;
    send(&mut session, &outcome.start, "start").await?;
    expect(&mut session, product, (&outcome.from, &outcome.to), "after the start").await?;
    send(&mut session, &outcome.up, "up").await?;
    expect(&mut session, product, (&outcome.to, &outcome.from), "after up").await?;
    send(&mut session, &outcome.down, "down").await?;
    expect(&mut session, product, (&outcome.from, &outcome.to), "after down").await?;
    send(&mut session, &outcome.up, "up again").await?;
    expect(&mut session, product, (&outcome.to, &outcome.from), "after up again").await?;
    session.close().await;
    Ok(())
}

/// The same with rows, as the tool proves it: nothing is refuted.
async fn proof(outcome: &Outcome, product: Product, scratch: &Scratch) -> Result<(), String> {
    let id = "20260101_000000_case".parse().map_err(|error| format!("{error}"))?;
    let (up, down) = (outcome.up.clone(), outcome.down.clone());
    let migration =
        Migration { id, product, from: None, to: None, merged: Default::default(), contracts: None, up, down };
    let mut scope = self::scope(&outcome.from);
    scope.schemas.extend(self::scope(&outcome.to).schemas);
    let renames = Renames::of(&outcome.plan);
    let claim =
        Claim { migration: &migration, from: &outcome.from, to: Some(&outcome.to), renames: &renames, scope: &scope };
    let url = if product == Product::Sqlite { "sqlite::memory:" } else { scratch.url.as_str() };
    match prove(&connection(url), claim).await {
        Ok(Verdict::Proven(_)) => Ok(()),
        other => Err(format!("it is not proven: {other:#?}")),
    }
}

async fn send(session: &mut Session, statements: &[Statement], when: &str) -> Result<(), String> {
    for statement in statements {
        session.execute(&statement.sql).await.map_err(|error| format!("{when}: {error}\n{}", statement.sql))?;
    }
    Ok(())
}

async fn expect(
    session: &mut Session,
    product: Product,
    (expected, other): (&Normalized, &Normalized),
    when: &str,
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{when}: {error}");
    let catalog = introspect(session, &scope(expected)).await.map_err(|error| failed(&error))?;
    let mut found = dialect::of(product).normalize(catalog.schema).map_err(|error| failed(&error))?;
    if found != *expected {
        // What is written in other words than the catalog's is settled by the database, as the commands have it done.
        let mut words = found.schema().clone();
        agree(session, &mut words, expected.schema()).await;
        found = dialect::of(product).normalize(words).map_err(|error| failed(&error))?;
    }
    let rows = reference_rows(session, &found, expected.schema(), &[other.schema()]).await;
    found = found.with_rows(rows.map_err(|error| failed(&error))?);
    let left = diff(&found, expected, &[]);
    if !left.is_empty() {
        let ops: Vec<String> = left.ops().iter().map(|op| format!("  {op}\n")).collect();
        let difference = same(found.schema(), expected.schema()).err().unwrap_or_default();
        return Err(format!("{when}, a diff finds something left to do:\n{}\n{difference}", ops.concat()));
    }
    same(found.schema(), expected.schema()).map_err(|difference| format!("{when}:\n{difference}"))
}

/// The schemas a case is about: a project names them in its configuration.
fn scope(of: &Normalized) -> Scope {
    let made = of.schema().definitions.keys().filter(|id| id.kind == DefinitionKind::Schema);
    Scope { schemas: made.map(|id| id.name.name.clone()).collect(), ..Scope::default() }
}
