//! The way back from a squash that no database has: the migrations that it replaces are in their places again.
//!
//! Must not change a database.

use std::path::PathBuf;

use sea_gen_runner::files::{read_text, read_text_if_there};
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::run::State;
use sea_gen_runner::{Error, ErrorKind};

use crate::project::Batch;

use super::super::{Failure, Workspace, undo};

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// The squashed migration, which is gone.
    pub id: MigrationId,
    /// Those that it replaced, oldest first.
    pub replaced: Vec<MigrationId>,
    /// The files that were written or deleted.
    pub written: Vec<PathBuf>,
}

/// Takes a squash back: files and lock are as they were. `force` takes back one that others may have, or that may be recorded.
///
/// # Errors
/// It is on a remote branch; the database at hand has it, or does not answer; the files of those that it replaces are not kept.
pub async fn restore(workspace: &Workspace, id: &MigrationId, force: bool) -> Result<Restored, Failure> {
    workspace.refuse_frozen()?;
    workspace.refuse_without_writer()?;
    if !force {
        undo::refuse_pushed(workspace, std::slice::from_ref(id), "gen undo")?;
    }
    refuse_recorded(workspace, id, force).await?;
    let project = &workspace.project;
    let mut lock = workspace.sealed_lock()?.clone();
    let mut batch = Batch::new(workspace.root());
    let mut replaced = Vec::new();
    for (product, locked) in &mut lock.dialects {
        let (own, mut lines): (Vec<LockedMigration>, Vec<LockedMigration>) =
            std::mem::take(&mut locked.migrations).into_iter().partition(|line| line.id == *id);
        for line in own.into_iter().flat_map(|line| line.replaces) {
            let (kept, back) = (project.replaced_path(*product, &line.id), project.migration_path(*product, &line.id));
            let Some(text) = read_text_if_there(&kept)? else { return Err(gone(workspace, &kept)) };
            batch.write(back, text);
            batch.remove(kept);
            replaced.push(line.id.clone());
            lines.push(line);
        }
        lines.sort_by(|one, other| one.id.cmp(&other.id));
        locked.migrations = lines;
        let path = project.migration_path(*product, id);
        if path.is_file() {
            let text = read_text(&path)?;
            if project.generated(*product, id)?.is_none_or(|generated| generated != text) {
                project.keep_taken_back(*product, id, text, &mut batch);
            }
            batch.delete(path);
        }
    }
    replaced.sort();
    replaced.dedup();
    project.write_lock(&lock, &mut batch)?;
    let written = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    Ok(Restored { id: id.clone(), replaced, written })
}

fn gone(workspace: &Workspace, path: &std::path::Path) -> Failure {
    let shown = workspace.project.shown(path).display();
    Error::new(format!("`{shown}` is not kept any more, so the squash cannot be taken back"))
        .of(ErrorKind::Missing)
        .hint(format!("find the commit that removed it: `git log --diff-filter=D -- {shown}`, restore the folder from the one before, then `gen undo`"))
        .into()
}

/// Refuses a squash that the database at hand has: its rows of the replaced migrations are gone.
async fn refuse_recorded(workspace: &Workspace, id: &MigrationId, force: bool) -> Result<(), Failure> {
    let history = match workspace.history().await {
        Ok(history) => history.unwrap_or_default(),
        Err(_) if force => return Ok(()),
        Err(error) => {
            return Err(Error::new(format!("it is not known whether the database at hand has `{id}`"))
                .because(error)
                .hint("if it does not: `gen undo --force`")
                .into());
        }
    };
    let Some(record) = history.iter().find(|record| record.id == id.as_str()) else { return Ok(()) };
    let error = Error::new(format!(
        "`{id}` is {} on the database at hand, in the place of those that it replaces",
        record.status
    ))
    .of(ErrorKind::Refused);
    Err(match record.status {
        State::Applied => error.hint("revert it there first: `gen down`"),
        _ => error.hint("leave it: databases that have it do not know the others any more"),
    }
    .into())
}

/// Refuses squashed migrations among others: taken back, they are not gone but replaced.
pub(in super::super) fn refuse_squashed(
    workspace: &Workspace,
    ids: &[MigrationId],
    command: &str,
) -> Result<(), Failure> {
    let lines = workspace.sealed_lock()?.dialects.values().flat_map(|locked| &locked.migrations);
    let mut squashed = lines.filter(|line| !line.replaces.is_empty() && ids.contains(&line.id));
    match squashed.next() {
        None => Ok(()),
        Some(line) => {
            let count = line.replaces.len();
            Err(Error::new(format!("`{}` stands for {count} migrations, and `{command}` would lose them", line.id))
                .of(ErrorKind::Refused)
                .hint(format!("take the squash back by itself: `gen undo {}`", line.id))
                .into())
        }
    }
}
