//! Which migrations are squashed.
//!
//! Must not know what becomes of them.

use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::{Error, ErrorKind};

use crate::project::{BASELINE, find_id};

use super::super::Workspace;

/// What is squashed.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The name of the new migration; without one it is named after the last that it replaces.
    pub name: Option<String>,
    /// The first migration, by default the first of all.
    pub from: Option<String>,
    /// The last migration, by default the newest.
    pub to: Option<String>,
}

/// The migrations from one to another.
pub(super) fn range(all: &[MigrationId], request: &Request) -> Result<Vec<MigrationId>, Error> {
    let first = request.from.as_ref().map(|from| find_id(from, all)).transpose()?;
    let last = request.to.as_ref().map(|to| find_id(to, all)).transpose()?;
    let is_in = |id: &&MigrationId| first.is_none_or(|first| *id >= first) && last.is_none_or(|last| *id <= last);
    let found: Vec<MigrationId> = all.iter().filter(is_in).cloned().collect();
    match found.len() {
        0 | 1 => Err(nothing_to_squash(found.len())),
        _ => Ok(found),
    }
}

/// Refuses the baseline of a project with a `Migrator`: it stands for the migrations before it in that list.
pub(super) fn refuse_baseline(workspace: &Workspace, ids: &[MigrationId]) -> Result<(), Error> {
    let baseline = ids.iter().find(|id| id.name() == BASELINE && workspace.project.config.format.has_migrator());
    match (baseline, ids.get(1)) {
        (Some(id), Some(next)) => Err(Error::new(format!(
            "`{id}` stands for the migrations before it in the application's `Migrator`, so it is not squashed"
        ))
        .of(ErrorKind::Refused)
        .hint(format!("begin after it: `gen squash --from {next}`"))),
        _ => Ok(()),
    }
}

pub(super) fn nothing_to_squash(count: usize) -> Error {
    let what = if count == 0 { "no migration" } else { "one migration" };
    Error::new(format!("there is {what} between the two, so there is nothing to squash"))
        .of(ErrorKind::Refused)
        .hint("name the last one: `gen squash --to <ID>`; `gen status` lists them")
}
