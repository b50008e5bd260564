//! Recognising: pending migrations are recorded as applied if the database already has their resulting schema.
//!
//! A schema has no rows, so a migration is recognised only if the schema shows the effect of each of its statements.
//! The decision uses a history and a schema that were read before the advisory lock was acquired, and is recorded only
//! if both are unchanged under the lock. Must not know how expression texts are unified with the snapshot.

use sea_gen_runner::run::{self, Applicable, ProgressCallback, Record, State, Waiting, pending};
use sea_gen_runner::session::Session;
use sea_gen_runner::sql::first_line;
use sea_gen_runner::{Error, Result};

use crate::dialect::{self, reading};
use crate::introspect::{self, Scope};
use crate::project::fingerprint;
use crate::schema::Schema;

/// The evidence of a recognition.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The history.
    pub history: &'a [Record],
    /// The schema of the database.
    pub schema: &'a Schema,
    /// The fingerprints of the schema: with the expression texts of the snapshot, and last with the database's own.
    pub fingerprints: &'a [String],
}

/// The pending migrations that the database already has, oldest first. `rows_too` includes those that change rows.
///
/// # Errors
/// Those of [`pending`]; an earlier migration has an effect that no schema shows, so it is unknown whether it was
/// applied.
pub fn recognisable<'a, 'm>(
    known: Known<'_>,
    files: &'a [Applicable<'m>],
    rows_too: bool,
) -> Result<Vec<&'a Applicable<'m>>> {
    let mut wanted = pending(known.history, files)?;
    let is_here = |file: &&Applicable<'_>| file.migration.to.as_ref().is_some_and(|to| known.fingerprints.contains(to));
    let Some(last) = wanted.iter().rposition(is_here) else { return Ok(Vec::new()) };
    wanted.truncate(last + 1);
    if rows_too {
        return Ok(wanted);
    }
    let unseen = |file: &Applicable<'_>| reading::unseen(file.migration.product, &file.migration.up, known.schema);
    let found = wanted.iter().enumerate().find_map(|(at, file)| Some((at, *file, unseen(file)?)));
    let Some((at, file, statement)) = found else { return Ok(wanted) };
    wanted.truncate(at);
    match wanted.iter().rposition(is_here) {
        // The database is in the state before the unrecognised migration, so that it can be applied.
        Some(last) => wanted.truncate(last + 1),
        None if file.migration.from.as_ref().is_some_and(|from| known.fingerprints.contains(from)) => wanted.clear(),
        None => return Err(undecidable(file, statement)),
    }
    Ok(wanted)
}

/// The error that it is unknown whether a migration was applied.
fn undecidable(file: &Applicable<'_>, statement: usize) -> Error {
    let id = file.id();
    let text = file.migration.up.get(statement).map(|statement| first_line(&statement.sql)).unwrap_or_default();
    Error::new(format!(
        "the database already has the schema that pending migrations lead to, but `{id}` has effects that a schema does not show, so it is not known whether it was applied"
    ))
    .because(format!("statement {}: {text}", statement + 1))
    .hint("if it was applied here, or has nothing left to change, record it as applied: `gen up --recognise`")
    .hint(format!(
        "if not, move its statement into a migration of its own (`gen migration --empty <Name>`), seal both (`gen lock`), and \
         `gen up` records `{id}` and runs the new one"
    ))
}

/// Records migrations without running them. Returns false, without recording, if history or schema have changed.
///
/// # Errors
/// The lock cannot be acquired; the catalog cannot be read; the database's refusal.
pub async fn recognise(
    session: &mut Session,
    (files, status): (&[&Applicable<'_>], State),
    known: Known<'_>,
    scope: &Scope,
    waiting: impl Into<Waiting>,
    watch: ProgressCallback<'_>,
) -> Result<bool> {
    let is_still_so = async |session: &mut Session| {
        let catalog = introspect::introspect(session, scope).await;
        let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
        let now = dialect::of(session.product()).normalize(catalog.schema)?;
        Ok(known.fingerprints.last() == Some(&fingerprint(now.schema())))
    };
    run::record(session, (files, status), known.history, is_still_so, waiting.into(), watch).await
}
