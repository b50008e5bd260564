//! Migrations that are recorded under an id that they had before branches were merged: their rows get the new id.
//!
//! Must not know how branches are merged; the header of a file names its former ids.

use std::time::Duration;

use crate::session::Session;
use crate::{Error, Result};

use super::history::Record;
use super::{Applicable, Run, lock};

/// The history with the rows of renamed migrations under the ids that their files have now.
pub fn as_renamed(history: &[Record], files: &[Applicable<'_>]) -> Vec<Record> {
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

/// Gives the rows of renamed migrations their new ids, under the lock. Whether there were any.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn follow_names(session: &mut Session, files: &[Applicable<'_>], wait: Duration) -> Result<bool> {
    let records = super::history::history(session).await?;
    if records.iter().all(|record| renamed_file(record, &records, files).is_none()) {
        return Ok(false);
    }
    let run = Run::begin(session, wait, &mut |_| ()).await?;
    let followed = follow(&run, session, files, wait).await;
    run.end(session).await;
    followed.map(|()| true)
}

/// The same for a run that holds the lock.
pub(super) async fn follow(
    run: &Run<'_>,
    session: &mut Session,
    files: &[Applicable<'_>],
    wait: Duration,
) -> Result<()> {
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
                run.table.rename(session, record, file).await.map_err(|error| {
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
