//! Migrations that were squashed into one: a database that has all of them gets that one recorded, and one that has some of them
//! applies the others first.
//!
//! Must not know how migrations are squashed; the header of a file names those that it replaces.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::migration::{self, Migration};
use crate::session::Session;
use crate::{Error, ErrorKind, Result};

use super::history::{Record, State};
use super::log::{Details, Event};
use super::table::{Entry, down_text};
use super::{Applicable, Direction, Outcome, Run, lock};

/// The history in the words of the files: a squashed migration in the place of those that it replaces where all of them are there, and
/// those in its place where the files are older than it.
pub(super) fn as_replaced(history: &[Record], files: &[Applicable<'_>]) -> Vec<Record> {
    let mut records = unfolded(history, files);
    replacements(&mut records, files);
    records
}

/// The files that count for a database: a squashed migration, or those that it replaces where some of them are applied.
///
/// # Errors
/// [`ErrorKind::Missing`]: some are applied, and the files of the others are not kept any more.
pub fn standing<'m>(history: &[Record], files: &[Applicable<'m>]) -> Result<Vec<Applicable<'m>>> {
    if !files.iter().any(|file| file.migration.is_squashed()) {
        return Ok(files.to_vec());
    }
    let choice = Choice {
        recorded: history.iter().map(|record| record.id.as_str()).collect(),
        by_id: files.iter().map(|file| (file.migration.id.as_str(), file)).collect(),
    };
    let replaced: BTreeSet<&str> = files.iter().flat_map(|file| ids(file.migration)).collect();
    let mut chosen = Vec::new();
    for file in files.iter().filter(|file| !replaced.contains(file.migration.id.as_str())) {
        choice.add(file, &mut chosen)?;
    }
    chosen.sort_by(|left, right| left.migration.id.cmp(&right.migration.id));
    Ok(chosen)
}

/// The end of a run that is to end with a migration: where others count in its place, the last of them. `None`: it counts for nothing,
/// because the one that replaces it does.
pub(super) fn end(id: &str, standing: &[Applicable<'_>], all: &[Applicable<'_>]) -> Option<String> {
    let is_there = |files: &[Applicable<'_>]| files.iter().any(|file| file.migration.id.as_str() == id);
    let squashed = all.iter().find(|file| file.migration.id.as_str() == id && file.migration.is_squashed());
    match squashed {
        _ if is_there(standing) || !is_there(all) => Some(id.to_owned()),
        Some(_) => standing.iter().map(Applicable::id).filter(|other| other.as_str() < id).max(),
        None => None,
    }
}

/// Refuses to revert a migration that another one stands for here.
pub(super) fn refuse_part(id: &str, records: &[Record], all: &[Applicable<'_>]) -> Result<()> {
    let stands_for = |file: &&Applicable<'_>| ids(file.migration).any(|inner| inner == id);
    let is_recorded = |file: &&Applicable<'_>| records.iter().any(|record| record.id == file.migration.id.as_str());
    match all.iter().find(|file| stands_for(file) && is_recorded(file)) {
        None => Ok(()),
        Some(file) => {
            Err(Error::new(format!("migration `{}` stands for `{id}` here, so that one is not reverted", file.id()))
                .of(ErrorKind::Refused)
                .hint("write a migration that changes back what is to go: `gen migration <Name>`"))
        }
    }
}

/// What decides between a squashed migration and those that it replaces.
struct Choice<'f, 'm> {
    recorded: BTreeSet<&'f str>,
    by_id: BTreeMap<&'f str, &'f Applicable<'m>>,
}

impl<'m> Choice<'_, 'm> {
    fn add(&self, file: &Applicable<'m>, chosen: &mut Vec<Applicable<'m>>) -> Result<()> {
        let own = file.migration.id.as_str();
        if self.recorded.contains(own) || !ids(file.migration).any(|id| self.is_begun(id)) {
            chosen.push(file.clone());
            return Ok(());
        }
        for id in ids(file.migration) {
            match self.by_id.get(id) {
                Some(replaced) => self.add(replaced, chosen)?,
                None => return Err(self.gone(file.migration, id)),
            }
        }
        Ok(())
    }

    /// Whether a database has a migration, or some of those that it replaces.
    fn is_begun(&self, id: &str) -> bool {
        self.recorded.contains(id)
            || self.by_id.get(id).is_some_and(|file| ids(file.migration).any(|inner| self.is_begun(inner)))
    }

    fn gone(&self, squashed: &Migration, id: &str) -> Error {
        let all: Vec<&str> = ids(squashed).collect();
        let here = all.iter().filter(|id| self.is_begun(id)).count();
        Error::new(format!(
            "this database has {here} of the {} migrations that `{}` replaces, and the file of `{id}` is not kept any more",
            all.len(),
            squashed.id
        ))
        .of(ErrorKind::Missing)
        .hint(format!(
            "restore the files from the commit before the one that removed them (`git log --diff-filter=D -- '*{}/{id}.sql'`, `git checkout <commit>~1 -- 'migrations/{}'`), and `gen up` applies the others and then records `{}`",
            migration::REPLACED,
            migration::REPLACED,
            squashed.id
        ))
        .hint("or apply the others with a release that has them, and then start this one")
    }
}

/// A squashed migration that is to be recorded in the place of others.
struct Replacement<'f, 'm> {
    file: &'f Applicable<'m>,
    status: State,
    fingerprint: Option<String>,
}

/// Puts squashed migrations in the place of those that they replace, where all of them are there. Earlier squashes first.
fn replacements<'f, 'm>(records: &mut Vec<Record>, files: &'f [Applicable<'m>]) -> Vec<Replacement<'f, 'm>> {
    let mut squashed: Vec<&Applicable<'m>> = files.iter().filter(|file| file.migration.is_squashed()).collect();
    squashed.sort_by(|left, right| left.migration.id.cmp(&right.migration.id));
    let mut found = Vec::new();
    for file in squashed {
        let Some(record) = complete(records, file) else { continue };
        let replaces = &file.migration.merged.replaces;
        records.retain(|record| !replaces.keys().any(|id| id.as_str() == record.id));
        found.push(Replacement { file, status: record.status, fingerprint: record.fingerprint.clone() });
        records.push(record);
        records.sort_by(|left, right| left.id.cmp(&right.id));
    }
    found
}

/// The row of a squashed migration, where every migration that it replaces is there as it was squashed. What is older than a baseline
/// is there.
fn complete(records: &[Record], file: &Applicable<'_>) -> Option<Record> {
    let id = file.id();
    if records.iter().any(|record| record.id == id) {
        return None;
    }
    let baseline =
        records.iter().filter(|record| record.status == State::Baseline).map(|record| record.id.as_str()).max();
    let mut own: Vec<&Record> = Vec::new();
    for (id, checksum) in &file.migration.merged.replaces {
        match records.iter().find(|record| record.id == id.as_str()) {
            Some(record) if record.status.is_done() && record.checksum == *checksum => own.push(record),
            None if baseline.is_some_and(|baseline| id.as_str() < baseline) => {}
            Some(_) | None => return None,
        }
    }
    let last = own.last()?;
    let is_baseline = own.iter().any(|record| record.status == State::Baseline);
    Some(Record {
        id,
        name: file.migration.id.name().to_owned(),
        checksum: file.checksum.clone(),
        status: if is_baseline { State::Baseline } else { State::Recognised },
        direction: Direction::Up,
        statements: 0,
        execution_ms: 0,
        owner: None,
        journal: None,
        down: down_text(file.migration),
        ..(*last).clone()
    })
}

/// The history with the rows of squashed migrations that are no file as rows of those that they replace, where those are files: so an
/// older program finds its own migrations there. The history keeps the header of a squashed migration with its DOWN section.
fn unfolded(history: &[Record], files: &[Applicable<'_>]) -> Vec<Record> {
    let is_file = |id: &str| files.iter().any(|file| file.migration.id.as_str() == id);
    let mut records = Vec::new();
    for record in history {
        match inner(record, files).filter(|_| !is_file(&record.id)) {
            Some(inner) => records.extend(inner),
            None => records.push(record.clone()),
        }
    }
    records.sort_by(|left, right| left.id.cmp(&right.id));
    records
}

/// The rows of the migrations that one replaces, if all of them are files.
fn inner(record: &Record, files: &[Applicable<'_>]) -> Option<Vec<Record>> {
    let (down, product) = (record.down.as_ref()?, files.first()?.migration.product);
    let squashed = migration::parse(record.id.parse().ok()?, product, down).ok()?;
    if !squashed.is_squashed() || !record.status.is_done() {
        return None;
    }
    let row = |(id, checksum): (&migration::MigrationId, &String)| {
        let file = files.iter().find(|file| file.migration.id == *id && file.checksum == *checksum)?;
        let down = down_text(file.migration);
        let (id, name, checksum) = (id.to_string(), id.name().to_owned(), checksum.clone());
        Some(Record { id, name, checksum, down, ..record.clone() })
    };
    squashed.merged.replaces.iter().map(row).collect()
}

/// Whether squashed migrations are to be recorded in the place of others.
pub(super) fn is_due(records: &[Record], files: &[Applicable<'_>]) -> bool {
    files.iter().any(|file| file.migration.is_squashed() && complete(records, file).is_some())
}

/// Records squashed migrations in the place of those that they replace, under the lock.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub(super) async fn follow(
    run: &Run<'_>,
    session: &mut Session,
    files: &[Applicable<'_>],
    wait: Duration,
) -> Result<Vec<Outcome>> {
    if !files.iter().any(|file| file.migration.is_squashed()) || !is_due(&run.table.read(session).await?, files) {
        return Ok(Vec::new());
    }
    lock::begin(session, wait).await?;
    let written = async {
        let mut records = run.table.read(session).await?;
        let mut outcomes = Vec::new();
        for Replacement { file, status, fingerprint } in replacements(&mut records, files) {
            let written = async {
                let of_run = || Details { run: Some(run.owner.clone()), ..Details::default() };
                for id in ids(file.migration) {
                    run.table.delete(session, id).await?;
                    run.table.append(session, (id, Event::Replaced), of_run()).await?;
                }
                run.table.insert(session, file, &Entry::resolved(status), fingerprint.as_deref()).await?;
                let details = Details { checksum: Some(file.checksum.clone()), ..of_run() };
                run.table.append(session, (&file.id(), Event::of_record(status)), details).await
            };
            written.await.map_err(|error| {
                Error::new(format!("`{}` could not be recorded in the place of what it replaces", file.id()))
                    .because(error)
            })?;
            outcomes.push(Outcome { status: Some(status), ..Outcome::recognised(file.id()) });
        }
        let committed = session.commit().await;
        committed.map_err(|error| Error::new("what was squashed could not be recorded").because(error))?;
        Ok(outcomes)
    };
    let written = written.await;
    if written.is_err() {
        let _ = session.rollback().await;
    }
    written
}

/// The ids of the migrations that one replaces.
fn ids(migration: &Migration) -> impl Iterator<Item = &str> {
    migration.merged.replaces.keys().map(migration::MigrationId::as_str)
}
