//! Recognising: pending migrations are recorded as done where the database has the schema they lead to already.
//!
//! A schema says nothing of rows, so a migration is recognised only where the schema shows that each of its statements ran.
//! It is decided from a history and a schema that were read before the lock was had, and recorded only if both are still the
//! same under it. Must not know how the schema is brought to the words of the snapshot.

use std::time::Duration;

use sea_gen_runner::run::{self, Applicable, ProgressCallback, Record, State, pending};
use sea_gen_runner::session::Session;
use sea_gen_runner::sql::first_line;
use sea_gen_runner::{Error, Result};

use crate::dialect::{self, reading};
use crate::introspect::{self, Scope};
use crate::project::fingerprint;
use crate::schema::Schema;

/// What was known when it was decided which migrations are recognised.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The history.
    pub history: &'a [Record],
    /// The schema of the database.
    pub schema: &'a Schema,
    /// The fingerprints of the schema: in the words of the snapshot, and in the database's own, which come last.
    pub fingerprints: &'a [String],
}

/// The pending migrations that the database has already, oldest first. `rows_too` counts those in as well that change rows.
///
/// # Errors
/// Those of [`pending`]; a migration before the one whose schema is there does something that no schema shows, so that nobody
/// can tell whether it ran.
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
        // The database is where the one that cannot be recognised begins, so that one can run.
        Some(last) => wanted.truncate(last + 1),
        None if file.migration.from.as_ref().is_some_and(|from| known.fingerprints.contains(from)) => wanted.clear(),
        None => return Err(undecidable(file, statement)),
    }
    Ok(wanted)
}

/// Nobody can tell whether it ran.
fn undecidable(file: &Applicable<'_>, statement: usize) -> Error {
    let id = file.id();
    let text = file.migration.up.get(statement).map(|statement| first_line(&statement.sql)).unwrap_or_default();
    Error::new(format!(
        "the database already has the schema that pending migrations lead to, but `{id}` does more than a schema shows, so \
         it is not known whether it ran"
    ))
    .because(format!("statement {}: {text}", statement + 1))
    .hint("if it was done here, or nothing is left for it to do, record it as done: `gen up --recognise`")
    .hint(format!(
        "if not, move its statement into a migration of its own (`gen migration --empty <Name>`), seal both (`gen lock`), and \
         `gen up` records `{id}` and runs the new one"
    ))
}

/// Records migrations as recognised. Gives back whether it did so: not where history or schema are others by now.
///
/// # Errors
/// The lock cannot be had; the catalog cannot be read; the database's refusal.
pub async fn recognise(
    session: &mut Session,
    files: &[&Applicable<'_>],
    known: Known<'_>,
    scope: &Scope,
    wait: Duration,
    watch: ProgressCallback<'_>,
) -> Result<bool> {
    let is_still_so = async |session: &mut Session| {
        let catalog = introspect::introspect(session, scope).await;
        let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
        let now = dialect::of(session.product()).normalize(catalog.schema)?;
        Ok(known.fingerprints.last() == Some(&fingerprint(now.schema())))
    };
    run::record(session, (files, State::Recognised), known.history, is_still_so, wait, watch).await
}
