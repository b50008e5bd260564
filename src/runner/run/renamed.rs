//! Migrations that are recorded under an id that they had before branches were merged: their rows get the new id. What was squashed
//! is followed after that.
//!
//! Must not know how branches are merged; the header of a file names its former ids.

use std::time::Duration;

use crate::session::Session;
use crate::{Error, Result};

use super::history::Record;
use super::log::{Details, Event};
use super::{Applicable, Outcome, Run, lock, replaced};

/// The history in the words of the files: under the ids that they have now, and with squashed migrations in the place of those that
/// they replace.
pub fn as_filed(history: &[Record], files: &[Applicable<'_>]) -> Vec<Record> {
    replaced::as_replaced(&as_renamed(history, files), files)
}

/// The history with the rows of renamed migrations under the ids that their files have now.
fn as_renamed(history: &[Record], files: &[Applicable<'_>]) -> Vec<Record> {
    let mut renamed = history.to_vec();
    for (before, record) in history.iter().zip(&mut renamed) {
        let Some(file) = renamed_file(before, history, files) else { continue };
        record.id = file.id();
        record.name = file.migration.id.name().to_owned();
        record.checksum.clone_from(&file.checksum);
        if record.owner.is_some() && record.status.is_done() {
            record.statements = file.migration.up.len();
            record.down = super::table::down_text(file.migration).or_else(|| record.down.take());
        }
    }
    renamed.sort_by(|left, right| left.id.cmp(&right.id));
    renamed
}

/// The file of a record whose id is a former one of it. The text of a migration that is not done must still be the same.
fn renamed_file<'a, 'm>(
    record: &Record,
    history: &[Record],
    files: &'a [Applicable<'m>],
) -> Option<&'a Applicable<'m>> {
    if files.iter().any(|file| file.migration.id.as_str() == record.id) {
        return None;
    }
    let is_of = |file: &&Applicable<'_>| {
        let mut formerly = file.migration.merged.formerly.iter();
        // A file that was edited after the merge is another migration than the one that was applied.
        formerly.any(|(id, former)| {
            id.as_str() == record.id && former.checksum == record.checksum && former.now == file.checksum
        })
    };
    let file = files.iter().find(is_of)?;
    let is_free = history.iter().all(|other| other.id != file.migration.id.as_str());
    (is_free && (record.status.is_done() || record.checksum == file.checksum)).then_some(file)
}

/// Whether [`follow_files`] has something to write to a history.
pub fn lags_behind(history: &[Record], files: &[Applicable<'_>]) -> bool {
    history.iter().any(|record| renamed_file(record, history, files).is_some()) || replaced::is_due(history, files)
}

/// Gives the rows of renamed migrations their new ids, and records squashed migrations in the place of those that they replace, under
/// the lock. Returns the squashed ones.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn follow_files(session: &mut Session, files: &[Applicable<'_>], wait: Duration) -> Result<Vec<Outcome>> {
    if !lags_behind(&super::history::history(session).await?, files) {
        return Ok(Vec::new());
    }
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let followed = follow(&run, session, files, wait).await;
    run.end(session).await;
    followed
}

/// The same for a run that holds the lock.
pub(super) async fn follow(
    run: &Run<'_>,
    session: &mut Session,
    files: &[Applicable<'_>],
    wait: Duration,
) -> Result<Vec<Outcome>> {
    follow_names(run, session, files, wait).await?;
    replaced::follow(run, session, files, wait).await
}

async fn follow_names(run: &Run<'_>, session: &mut Session, files: &[Applicable<'_>], wait: Duration) -> Result<()> {
    // Nearly always there is nothing to do, and no transaction is needed to see it.
    let is_renamed = |records: &[Record]| records.iter().any(|record| renamed_file(record, records, files).is_some());
    if files.iter().all(|file| file.migration.merged.formerly.is_empty())
        || !is_renamed(&run.table.read(session).await?)
    {
        return Ok(());
    }
    lock::begin(session, wait).await?;
    let written = async {
        let records = run.table.read(session).await?;
        for record in &records {
            if let Some(file) = renamed_file(record, &records, files) {
                let written = async {
                    run.table.rename(session, record, file).await?;
                    let details = Details {
                        formerly: Some(record.id.clone()),
                        checksum: Some(file.checksum.clone()),
                        run: Some(run.owner.clone()),
                        ..Details::default()
                    };
                    run.table.append(session, (&file.id(), Event::Renamed), details).await
                };
                written.await.map_err(|error| {
                    Error::new(format!("`{}` could not be recorded under its new id `{}`", record.id, file.id()))
                        .because(error)
                })?;
            }
        }
        session.commit().await.map_err(|error| Error::new("the new ids could not be recorded").because(error))
    };
    let written = written.await;
    if written.is_err() {
        let _ = session.rollback().await;
    }
    written
}
