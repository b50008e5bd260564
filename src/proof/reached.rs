//! Finds the schema that a migration leads to, if only its statements show it: applies it on a scratch database without
//! rows.
//!
//! Must not know what the schema should be.

use sea_gen_runner::Result;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{Applicable, Course, DEFAULT_WAIT, Target, go, reaches_beyond};
use sea_gen_runner::session::ConnectionOptions;

use crate::introspect::Scope;
use crate::schema::Normalized;

use super::{build, differences, found, in_words, normalized, open, part, with_reason, with_rows};

/// The schema a migration leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The schema.
    Known(Box<Normalized>),
    /// Unknown, for this reason.
    Unknown(String),
    /// The migration fails on the scratch database, with this message.
    Fails(String),
}

/// Applies a migration on a scratch database with the schema `from`, and reads the resulting schema, with the
/// expression texts of `like` wherever the database prints both alike.
///
/// # Errors
/// A scratch database that could not be dropped.
pub async fn reached(
    server: &ConnectionOptions,
    migration: &Migration,
    from: &Normalized,
    like: &Normalized,
    scope: &Scope,
) -> Result<Reached> {
    if let Some(reason) = reaches_beyond(migration) {
        return Ok(Reached::Unknown(reason));
    }
    let product = migration.product;
    let part = part::part(&[from.schema()], &[&migration.up]);
    let (scratch, mut session) = match open(server, product).await? {
        Ok(opened) => opened,
        Err(reason) => return Ok(Reached::Unknown(reason)),
    };
    let outcome: Result<Reached> = async {
        let before = normalized(product, part.of(from.schema()))?;
        build(&mut session, &before).await?;
        let built = found(&mut session, Some(&before), scope).await?;
        let built = with_rows(&mut session, built, &before, &before).await?;
        if built != before {
            let lines = differences(&before, &built).join("; ");
            return Ok(Reached::Unknown(format!("the scratch database holds the schema differently: {lines}")));
        }
        let files = [Applicable::new(migration, migration.checksum())];
        if let Err(error) = go(&mut session, &files, Course::Up(&Target::All), DEFAULT_WAIT, &mut |_| ()).await {
            return Ok(Reached::Fails(with_reason(&error)));
        }
        let after = found(&mut session, Some(&before), scope).await?;
        let mut after = with_rows(&mut session, after, like, &before).await?;
        if after != before {
            after = in_words(&mut session, after, like).await?;
        }
        Ok(Reached::Known(Box::new(normalized(product, part.replaced(from.schema(), after.into_schema()))?)))
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    Ok(outcome.unwrap_or_else(|error| {
        Reached::Unknown(format!("the schema before it cannot be built: {}", with_reason(&error)))
    }))
}
