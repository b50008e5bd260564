//! Recognising: pending migrations are recorded as done where the database has the schema they lead to already.
//!
//! A schema says nothing of rows, so a migration is recognised only where the schema shows that each of its statements ran.
//! It is decided from a history and a schema that were read before the lock was had, and recorded only if both are still the
//! same under it. Must not know how the schema is brought to the words of the snapshot.

use std::time::Duration;

use crate::dialect::session::Session;
use crate::dialect::{self, Product, reading};
use crate::error::{Error, Result};
use crate::introspect::{self, Scope};
use crate::project::fingerprint;
use crate::schema::Schema;

use super::pending::{first_line, pending};
use super::{Applicable, Record, Run, Status, Watch, lock};

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
    let text = file.migration.up.get(statement).map(first_line).unwrap_or_default();
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
    watch: Watch<'_>,
) -> Result<bool> {
    let run = Run::begin(session, wait, watch).await?;
    let result = async {
        // On SQLite the transaction is the lock; elsewhere the lock is held, and the catalog is read in a transaction of its own.
        let is_locked_by_transaction = session.product() == Product::Sqlite;
        if is_locked_by_transaction {
            lock::begin(session, wait).await?;
        }
        if !is_unchanged(&run, session, known, scope).await? {
            return Ok(false);
        }
        if !is_locked_by_transaction {
            lock::begin(session, wait).await?;
        }
        for file in files {
            let row = (Status::Recognised, 0, 0);
            let written = run.table.insert(session, file, row, file.migration.to.as_deref()).await;
            written.map_err(|error| Error::new(format!("`{}` could not be recorded", file.id())).because(error))?;
        }
        let committed = session.commit().await;
        committed.map_err(|error| Error::new("what is recognised could not be recorded").because(error))?;
        Ok(true)
    }
    .await;
    if !matches!(result, Ok(true)) {
        let _ = session.rollback().await;
    }
    run.end(session).await;
    result
}

/// Whether history and schema are still the ones that are known.
async fn is_unchanged(run: &Run, session: &mut Session, known: Known<'_>, scope: &Scope) -> Result<bool> {
    if run.table.read(session).await? != known.history {
        return Ok(false);
    }
    let catalog = introspect::introspect(session, scope).await;
    let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
    let now = dialect::of(session.product()).normalize(catalog.schema)?;
    Ok(known.fingerprints.last() == Some(&fingerprint(now.schema())))
}
