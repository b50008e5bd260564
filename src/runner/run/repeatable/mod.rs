//! Repeatable files: run after the migrations whenever their content changed, or what they make is missing.
//!
//! Each is recorded in the history under its path, which is no id of a migration. Must not know how migrations are chosen.

mod aside;
mod due;
mod objects;
mod order;
mod rows;
mod send;

use crate::session::Session;
use crate::sql_file::SqlFile;
use crate::{Error, ErrorKind, Result};

use super::course::Run;
use super::table::Table;
use super::{Direction, Outcome, Progress, ProgressCallback};

pub(super) use aside::step_aside;
pub use due::{DueFile, Reason};
pub use objects::{Made, made};
pub use rows::FileRecord;

/// What the history and the catalog say about repeatable files.
#[derive(Clone, Debug, Default)]
pub struct Repeatables {
    /// Those to be run, in that order.
    pub due: Vec<DueFile>,
    /// The rows of the history, those of removed files included.
    pub records: Vec<FileRecord>,
}

impl Repeatables {
    /// The rows of files that were removed. What they made stays.
    pub fn gone<'r>(&'r self, files: &'r [SqlFile]) -> impl Iterator<Item = &'r FileRecord> {
        self.records.iter().filter(|record| !files.iter().any(|file| file.path == record.path))
    }
}

/// The state of repeatable files in a database. Only reads.
///
/// # Errors
/// The database's refusal.
pub async fn repeatables(session: &mut Session, files: &[SqlFile]) -> Result<Repeatables> {
    let table = Table::locate(session).await?;
    let records = table.read_files(session).await?;
    let due = due::due(session, files, &records).await.map_err(unread)?;
    Ok(Repeatables { due, records })
}

fn unread(error: crate::session::DatabaseError) -> Error {
    Error::new("the catalog could not be asked for what the repeatable files make")
        .of(ErrorKind::Database)
        .because(error)
}

/// Removes the rows of all repeatable files, so that each is run again.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn forget_files(session: &mut Session, wait: std::time::Duration) -> Result<()> {
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let forgotten = run.table.forget_files(session).await;
    run.end(session).await;
    forgotten.map_err(|error| Error::new("the rows of repeatable files could not be removed").because(error))
}

/// The files in the order in which they run.
pub fn in_order(files: &[SqlFile]) -> Vec<&SqlFile> {
    order::order(files).into_iter().filter_map(|at| files.get(at)).collect()
}

impl Run<'_> {
    /// Runs the files that are due, one after the other, and forgets the rows of removed files once nothing is left of what they
    /// made. Before each the history and the catalog are asked again: what a file makes anew, others may have to follow.
    pub(super) async fn repeat(
        &mut self,
        session: &mut Session,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let files = self.repeatables;
        let mut outcomes = Vec::new();
        if repeatables(session, files).await?.due.is_empty() {
            self.forget_removed(session).await?;
            return Ok(outcomes);
        }
        self.at_first(session, Direction::Up, on_progress).await?;
        for file in in_order(files) {
            let sending = send::Sending { file, files, table: &self.table, owner: &self.owner, wait: self.wait() };
            outcomes.extend(sending.run(session, on_progress).await?);
        }
        self.forget_removed(session).await?;
        Ok(outcomes)
    }

    /// Tells what the files have made and does not exist now, because it was dropped to make way or was dropped with its table. What cannot
    /// be asked is not told.
    pub(super) async fn tell_what_is_missing(&self, session: &mut Session, on_progress: ProgressCallback<'_>) {
        if self.repeatables.is_empty() {
            return;
        }
        let due = repeatables(session, self.repeatables).await.unwrap_or_default().due;
        for DueFile { path, reason } in due {
            if let Reason::Missing(made) = reason {
                let what = format!("{made} does not exist now; the next `gen up` makes it again from `{path}`");
                on_progress(Progress::Noting { what: &what });
            }
        }
    }

    /// Removes the rows of removed files whose objects are gone too.
    async fn forget_removed(&self, session: &mut Session) -> Result<()> {
        let records = self.table.read_files(session).await?;
        let removed = records.iter().filter(|record| !self.repeatables.iter().any(|file| file.path == record.path));
        for record in removed {
            if objects::none_exists(session, &record.made).await.map_err(unread)? {
                self.table.forget_file(session, &record.path).await.map_err(|error| {
                    Error::new(format!("the history of `{}` could not be removed", record.path)).because(error)
                })?;
            }
        }
        Ok(())
    }
}
