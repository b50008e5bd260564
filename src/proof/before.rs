//! Finds the schema before a migration, if only the one after it is recorded.
//!
//! It is the result of `down`, if it has the fingerprint in the file's header; only a part must be built for that.
//! Otherwise all earlier migrations are replayed. Must not know whether the migration is correct.

use sea_gen_runner::Result;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, DEFAULT_WAIT, Target, reaches_beyond};
use sea_gen_runner::session::ConnectionOptions;

use crate::dialect;
use crate::introspect::Scope;
use crate::project::fingerprint;
use crate::schema::Normalized;

use super::{Scratch, build, build_beside, found, normalized, part, read_back, with_rows};

/// The schema before a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The schema is known.
    Known(Box<Normalized>),
    /// The schema is unknown, for this reason.
    Unknown(String),
}

/// Finds the schema before `migrations[index]`, which leads to `to`, if that is known; the schema after all of them if
/// there is no such migration.
///
/// # Errors
/// A scratch database that could not be dropped.
pub async fn before(
    server: &ConnectionOptions,
    migrations: &[Migration],
    index: usize,
    to: Option<&Normalized>,
    scope: &Scope,
) -> Result<Before> {
    let Some(migration) = migrations.get(index) else { return by_replaying(server, migrations, to, scope).await };
    let nothing = dialect::nothing();
    if index == 0 && migration.from.as_ref().is_none_or(|from| *from == fingerprint(nothing.schema())) {
        return Ok(Before::Known(Box::new(nothing)));
    }
    if let (Some(to), Some(from)) = (to, &migration.from)
        && !migration.down.is_empty()
        && let Some(found) = by_the_way_back(server, migration, to, scope).await?
        && fingerprint(found.schema()) == *from
    {
        return Ok(Before::Known(Box::new(found)));
    }
    by_replaying(server, migrations.get(..index).unwrap_or_default(), to, scope).await
}

/// The result of `down`, for the part it touches; `None` if it fails, which the proof will report.
async fn by_the_way_back(
    server: &ConnectionOptions,
    migration: &Migration,
    to: &Normalized,
    scope: &Scope,
) -> Result<Option<Normalized>> {
    let part = part::part(&[to.schema()], &[&migration.up, &migration.down]);
    let scope = &part.scope(scope);
    let Ok((scratch, mut session)) = Scratch::create(server).await else { return Ok(None) };
    let outcome: Result<Normalized> = async {
        build(&mut session, &normalized(migration.product, part.of(to.schema()))?).await?;
        run::execute(&mut session, &migration.down, DEFAULT_WAIT).await?;
        let found = read_back(&mut session, scope).await?;
        let found = with_rows(&mut session, found, to, to).await?;
        normalized(migration.product, part.replaced(to.schema(), found.into_schema()))
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    Ok(outcome.ok())
}

/// The result of all earlier migrations, with the expression texts of `like` wherever the database prints both alike.
async fn by_replaying(
    server: &ConnectionOptions,
    migrations: &[Migration],
    like: Option<&Normalized>,
    scope: &Scope,
) -> Result<Before> {
    if let Some(reason) = migrations.iter().find_map(reaches_beyond) {
        return Ok(Before::Unknown(format!("the migrations before it cannot be replayed: {reason}")));
    }
    let (scratch, mut session) = match Scratch::create(server).await {
        Ok(made) => made,
        Err(error) => return Ok(Before::Unknown(super::with_reason(&error))),
    };
    let files: Vec<Applicable<'_>> =
        migrations.iter().map(|migration| Applicable::new(migration, migration.checksum())).collect();
    let outcome: Result<Normalized> = async {
        let beside = match like {
            Some(like) => build_beside(&mut session, like.schema(), migrations).await?,
            None => Vec::new(),
        };
        run::go(&mut session, &files, run::Course::Up(&Target::All), DEFAULT_WAIT, &mut |_| ()).await?;
        let mut found = found(&mut session, like, scope).await?;
        if let Some(like) = like {
            found = with_rows(&mut session, found, like, like).await?;
        }
        let mut found = found.into_schema();
        found.tables.retain(|name, _| !beside.contains(name));
        normalized(session.product(), found)
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    Ok(match outcome {
        Ok(found) => Before::Known(Box::new(found)),
        Err(error) => {
            Before::Unknown(format!("the migrations before it cannot be replayed: {}", super::with_reason(&error)))
        }
    })
}
