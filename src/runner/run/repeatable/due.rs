//! Which repeatable files have to be run, and why.
//!
//! Must not know how they are run.

use std::fmt;

use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;

use super::objects::{self, Made, made};
use super::order::order;
use super::rows::FileRecord;

/// Why a repeatable file is run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It was never run here.
    New,
    /// Its statements are others than those that were run.
    Changed,
    /// Its last run failed or was interrupted.
    Unfinished,
    /// Something that it names was made anew since.
    Outdated,
    /// Something that it makes does not exist.
    Missing(Made),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => formatter.write_str("it was not run here yet"),
            Self::Changed => formatter.write_str("it was changed"),
            Self::Unfinished => formatter.write_str("its last run was not completed"),
            Self::Outdated => formatter.write_str("something that it names was made anew"),
            Self::Missing(made) => write!(formatter, "{made} does not exist"),
        }
    }
}

/// A file to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFile {
    /// Its path.
    pub path: String,
    /// Why it is run.
    pub reason: Reason,
}

/// What the history says about a file, without a look at what it makes.
pub(super) fn by_history(file: &SqlFile, records: &[FileRecord]) -> Option<Reason> {
    match records.iter().find(|record| record.path == file.path) {
        None => Some(Reason::New),
        Some(record) if record.checksum != file.checksum => Some(Reason::Changed),
        Some(record) if record.is_done() => None,
        Some(record) if record.status == "outdated" => Some(Reason::Outdated),
        Some(_) => Some(Reason::Unfinished),
    }
}

/// Why one file has to be run; `None` if it need not.
///
/// # Errors
/// The database's refusal.
pub(super) async fn reason(
    session: &mut Session,
    file: &SqlFile,
    records: &[FileRecord],
) -> Result<Option<Reason>, DatabaseError> {
    match by_history(file, records) {
        Some(reason) => Ok(Some(reason)),
        None => Ok(objects::missing(session, &made(file)).await?.map(Reason::Missing)),
    }
}

/// The files that have to be run, in order.
///
/// # Errors
/// The database's refusal.
pub(super) async fn due(
    session: &mut Session,
    files: &[SqlFile],
    records: &[FileRecord],
) -> Result<Vec<DueFile>, DatabaseError> {
    let mut found = Vec::new();
    // One query for the objects of all of them: an application asks at every start.
    let all: Vec<(usize, Made)> =
        files.iter().enumerate().flat_map(|(at, file)| made(file).into_iter().map(move |made| (at, made))).collect();
    let objects: Vec<Made> = all.iter().map(|(_, made)| made.clone()).collect();
    let exist = objects::exist(session, &objects).await?;
    let missing = |at: usize| all.iter().zip(&exist).find(|((of, _), exists)| *of == at && !**exists);
    for at in order(files) {
        let Some(file) = files.get(at) else { continue };
        let absent = || missing(at).map(|((_, made), _)| Reason::Missing(made.clone()));
        let reason = by_history(file, records).or_else(absent);
        found.extend(reason.map(|reason| DueFile { path: file.path.clone(), reason }));
    }
    Ok(found)
}
