//! Corrections of the history: rows that are written or removed without running anything.
//!
//! Must not know how a migration is run.

use std::time::Duration;

use crate::Product;
use crate::session::Session;
use crate::{Error, ErrorKind, Result};

use super::history::{Record, State};
use super::journal::{self, Journal};
use super::log::Event;
use super::resume::Place;
use super::table::{Entry, Table};
use super::{Applicable, Direction, ProgressCallback, Run, Waiting, lock};

/// Records the fingerprints of the schema after a recorded migration: the one in its file, and the one of the schema as the
/// database prints it. The second one identifies the schema where the expression text of the code is not known.
///
/// # Errors
/// The database's refusal.
pub async fn note(session: &mut Session, file: &Applicable<'_>, found: &str) -> Result<()> {
    let table = Table::locate(session).await?;
    let said = file.migration.to.as_deref().map(|to| format!("{to} ")).unwrap_or_default();
    table
        .note(session, &file.id(), &format!("{said}{found}"))
        .await
        .map_err(|error| Error::new(format!("`{}` could not be recorded", file.id())).because(error))
}

/// Creates the history table if it does not exist, so that recording a migration later does not fail.
///
/// # Errors
/// The lock cannot be had; the role may not create the table.
pub async fn prepare(session: &mut Session, wait: Duration) -> Result<()> {
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    run.end(session).await;
    Ok(())
}

/// Removes a migration's row without reverting it.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn forget(session: &mut Session, id: &str, wait: Duration) -> Result<()> {
    rewrite(session, id, None, wait).await
}

/// Removes every row of the history without reverting anything.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn forget_all(session: &mut Session, wait: Duration) -> Result<()> {
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let emptied = async {
        lock::begin(session, wait).await?;
        let records = run.table.read(session).await?;
        let written = async {
            for record in &records {
                run.log(session, (&record.id, Event::Forgotten), Some(&record.checksum)).await?;
            }
            run.table.empty(session).await?;
            session.commit().await
        };
        written.await.map_err(|error| Error::new("the history could not be emptied").because(error))
    }
    .await;
    if emptied.is_err() {
        let _ = session.rollback().await;
    }
    run.end(session).await;
    emptied
}

pub(super) async fn rewrite(
    session: &mut Session,
    id: &str,
    row: Option<(&Applicable<'_>, State, Option<&str>)>,
    wait: Duration,
) -> Result<()> {
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let mut result = lock::begin(session, wait).await;
    if result.is_ok() {
        let written = async {
            run.table.delete(session, id).await?;
            match row {
                Some((file, status, fingerprint)) => {
                    run.table.insert(session, file, &Entry::resolved(status), fingerprint).await?;
                    run.log(session, (id, Event::of_record(status)), Some(&file.checksum)).await?;
                }
                None => run.log(session, (id, Event::Forgotten), None).await?,
            }
            session.commit().await
        };
        result = written.await.map_err(|error| Error::new(format!("`{id}` could not be recorded")).because(error));
    }
    if result.is_err() {
        let _ = session.rollback().await;
    }
    run.end(session).await;
    result
}

/// Records what a person found out about the statement at which a migration was interrupted: whether it was done. The next run goes
/// on after it, or with it. Returns how many statements are done, and the direction.
///
/// # Errors
/// The lock cannot be had; the migration is not partially applied or reverted, or all its statements are done; the database's
/// refusal.
pub async fn resolve(
    session: &mut Session,
    file: &Applicable<'_>,
    is_done: bool,
    wait: Duration,
) -> Result<(usize, Direction)> {
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let result = async {
        lock::begin(session, wait).await?;
        let id = file.id();
        let records = run.table.read(session).await?;
        let Some(record) = records.into_iter().find(|it| it.id == id && !it.status.is_done()) else {
            return Err(Error::new(format!("migration `{id}` is not partially applied or reverted here"))
                .of(ErrorKind::Refused)
                .hint("`gen status` shows the state of each migration"));
        };
        let (product, statements) = (session.product(), file.statements(record.direction));
        let done = (record.statements + usize::from(is_done)).min(statements.len());
        let before = record.journal.unwrap_or_default();
        let place = Place { file, direction: record.direction, at: record.statements };
        let has_begun = record.statements > before.checks && !before.done.is_empty();
        if has_begun && before.done != journal::checksum(product, statements, record.statements) {
            return Err(place.changed(record.statements));
        }
        let own = statements.get(record.statements);
        if let (true, Some(sent)) = (is_done, &before.sent) {
            if !own.is_some_and(|own| sent.is(product, own)) {
                return Err(place.changed(done));
            }
            for sql in &sent.after {
                // As after the statement itself: each of them may be refused.
                let _ = session.execute(sql).await;
            }
        }
        let own = Journal::new(product, statements, done);
        let journal = Journal { done: own.done, checks: own.checks, sent: None, ..before };
        let owner = Some(run.owner.as_str());
        let entry = Entry {
            status: State::Failed,
            statements: done,
            execution_ms: record.execution_ms,
            owner,
            journal: Some(&journal),
        };
        let written = async {
            run.table.take_over(session, file, (None, &run.owner)).await?;
            run.table.update(session, &id, record.direction, &entry).await?;
            run.log(session, (&id, Event::Corrected), Some(&file.checksum)).await?;
            session.commit().await
        };
        written.await.map_err(|error| Error::new(format!("`{id}` could not be recorded")).because(error))?;
        Ok((done, record.direction))
    }
    .await;
    if result.is_err() {
        let _ = session.rollback().await;
    }
    run.end(session).await;
    result
}

/// Records migrations without running them, where the history is still `known` and `is_still_so` agrees, both asked under the lock.
/// Gives back whether it did so.
///
/// # Errors
/// The lock cannot be had; what `is_still_so` stops at; the database's refusal.
pub async fn record(
    session: &mut Session,
    (files, status): (&[&Applicable<'_>], State),
    known: &[Record],
    is_still_so: impl AsyncFnOnce(&mut Session) -> Result<bool>,
    waiting: Waiting,
    on_progress: ProgressCallback<'_>,
) -> Result<bool> {
    let (wait, run) = (waiting.limit, Run::begin(session, waiting, on_progress).await?);
    let result = async {
        // On SQLite the transaction is the lock; elsewhere the lock is held, and the catalog is read in a transaction of its own.
        let is_locked_by_transaction = session.product() == Product::Sqlite;
        if is_locked_by_transaction {
            lock::begin(session, wait).await?;
        }
        if run.table.read(session).await? != known || !is_still_so(session).await? {
            return Ok(false);
        }
        if !is_locked_by_transaction {
            lock::begin(session, wait).await?;
        }
        for file in files {
            let written = async {
                run.table.insert(session, file, &Entry::resolved(status), file.migration.to.as_deref()).await?;
                run.log(session, (&file.id(), Event::of_record(status)), Some(&file.checksum)).await
            };
            written
                .await
                .map_err(|error| Error::new(format!("`{}` could not be recorded", file.id())).because(error))?;
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
