//! `gen lock`: seals the migration files as they are now, after they were edited or written by hand. The snapshot takes in what
//! they make, and those that change the schema are proven, where a scratch database can be had.
//!
//! Must not touch the project's database.

use std::collections::BTreeSet;

use sea_gen_runner::migration::{Migration, MigrationId};

use crate::project::{Batch, Demand};

use super::arguments::Common;
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::states::{Workspace, locked};
use super::{Ending, handwritten, show, verify};

pub(super) async fn run(common: &Common, no_verify: bool) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen lock")?;
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
        let followed = match no_verify {
            true => handwritten::unfollowed(&workspace, *product, migrations, &is_edited)?,
            false => handwritten::follow(&workspace, *product, migrations, first, &is_edited).await?,
        };
        followed.write(&workspace, &mut lock, &mut batch)?;
        all.push(followed);
    }
    if sealed.is_empty() && gone.is_empty() {
        paint::talk("nothing to do: the lock seals just these files");
        return Ok(Ending::Done);
    }
    batch.write(workspace.project.lock_path(), lock.text());
    let written = batch.commit()?;
    let mut text: String = sealed.iter().map(|id| format!("{} {id}\n", ink(Ink::Green, "sealed"))).collect();
    text.extend(gone.iter().map(|id| format!("{} {id}: its file is gone\n", ink(Ink::Red, "forgot"))));
    text.extend(all.iter().map(|followed| followed.text(&workspace)));
    let snapshots = workspace.root().join(&workspace.project.config.snapshots);
    let count = written.iter().filter(|(path, _)| path.starts_with(&snapshots)).count();
    if count > 0 {
        let folder = workspace.project.shown(&snapshots).display();
        text.push_str(&format!("{} {folder}/ ({})\n", ink(Ink::Green, "wrote"), show::plural(count, "file")));
    }
    paint::result(&text);
    all.iter().for_each(handwritten::Followed::complain);
    let demand = workspace.project.config.proof;
    // The proof writes to the lock file too, so the right to write is given back first.
    drop(workspace);
    if !no_verify && demand != Demand::Off {
        let sealed: Vec<MigrationId> = sealed.into_iter().collect();
        let provable: Vec<MigrationId> = all.iter().flat_map(|it| it.provable(&sealed)).cloned().collect();
        verify::sealed(&Workspace::open(common)?, &provable).await?;
    }
    Ok(Ending::Done)
}
