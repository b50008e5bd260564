//! Seals the migration files as they are now, and takes into the snapshot what the edited ones make.
//!
//! Must not touch the project's database.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::migration::{Migration, MigrationId};

use crate::project::Batch;

use super::handwritten::{self, Followed};
use super::{Failure, Workspace, locked};

/// What sealing has changed.
pub struct Resealed {
    /// The migrations whose files are sealed now and were not before.
    pub sealed: BTreeSet<MigrationId>,
    /// The migrations that were sealed and have no file any more.
    pub gone: BTreeSet<MigrationId>,
    /// Where the edited migrations lead, for each dialect that has some.
    pub followed: Vec<Followed>,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

impl Resealed {
    /// The sealed migrations that change the schema and can be proven in a moment.
    pub fn provable(&self) -> Vec<MigrationId> {
        let sealed: Vec<MigrationId> = self.sealed.iter().cloned().collect();
        self.followed.iter().flat_map(|it| it.provable(&sealed)).cloned().collect()
    }
}

/// Seals the files. Where `follows` is false, nobody finds out where the edited ones lead. `None` where the lock seals just these
/// files.
pub async fn seal(workspace: &Workspace, follows: bool) -> Result<Option<Resealed>, Failure> {
    workspace.refuse_without_writer()?;
    workspace.refuse_frozen()?;
    let mut lock = workspace.sealed_lock()?.clone();
    let mut batch = Batch::new(workspace.root());
    let (mut sealed, mut gone) = (BTreeSet::new(), BTreeSet::new());
    let mut all = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        let changed = lock.reseal(*product, migrations.iter().map(locked).collect());
        let oldest = changed.sealed.iter().chain(&changed.gone).min().cloned();
        sealed.extend(changed.sealed.iter().cloned());
        gone.extend(changed.gone);
        let Some(oldest) = oldest else { continue };
        // A file that is gone has no place; the migrations behind it start from another schema now.
        let first = migrations.iter().position(|it| it.id >= oldest).unwrap_or(migrations.len());
        let is_edited = |it: &Migration| changed.sealed.contains(&it.id) || it.to.is_none();
        let followed = match follows {
            false => handwritten::unfollowed(workspace, *product, migrations, &is_edited)?,
            true => handwritten::follow(workspace, *product, migrations, first, &is_edited).await?,
        };
        followed.write(workspace, &mut lock, &mut batch)?;
        all.push(followed);
    }
    if sealed.is_empty() && gone.is_empty() {
        return Ok(None);
    }
    batch.write(workspace.project.lock_path(), lock.text());
    let written = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    Ok(Some(Resealed { sealed, gone, followed: all, written }))
}
