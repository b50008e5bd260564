//! `gen lock`: seals the migration files as they are now, after they were edited or written by hand. The snapshot takes in what
//! they make, and those that change the schema are proven, where a scratch database can be had.
//!
//! Must not touch the project's database.

use crate::project::{Batch, Demand, MigrationId};
use crate::write::Migration;

use super::arguments::Common;
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::states::{Workspace, locked};
use super::{Ending, handwritten, show, verify};

pub(super) async fn run(common: &Common, no_verify: bool) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    workspace.refuse_frozen()?;
    let mut lock = workspace.sealed_lock()?.clone();
    let mut batch = Batch::new(workspace.root());
    let mut changed: Vec<MigrationId> = Vec::new();
    let mut all = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        let here = lock.reseal(*product, migrations.iter().map(locked).collect());
        let Some(oldest) = here.iter().min().cloned() else { continue };
        // A file that is gone has no place; what stood behind it begins elsewhere now.
        let first = migrations.iter().position(|it| it.id >= oldest).unwrap_or(migrations.len());
        let is_edited = |it: &Migration| here.contains(&it.id) || it.to.is_none();
        let followed = match no_verify {
            true => handwritten::unfollowed(&workspace, *product, migrations, &is_edited)?,
            false => handwritten::follow(&workspace, *product, migrations, first, &is_edited).await?,
        };
        followed.write(&workspace, &mut lock, &mut batch)?;
        changed.extend(here);
        all.push(followed);
    }
    changed.sort();
    changed.dedup();
    if changed.is_empty() {
        paint::talk("nothing to do: the lock seals just these files");
        return Ok(Ending::Done);
    }
    lock.write(&workspace.project.lock_path(), &mut batch);
    let written = batch.commit()?;
    let mut text: String = changed.iter().map(|id| format!("{} {id}\n", ink(Ink::Green, "sealed"))).collect();
    text.extend(all.iter().map(|followed| followed.text(&workspace)));
    let snapshots = workspace.root().join(&workspace.project.config.snapshots);
    let count = written.iter().filter(|(path, _)| path.starts_with(&snapshots)).count();
    if count > 0 {
        let folder = workspace.project.shown(&snapshots).display();
        text.push_str(&format!("{} {folder}/ ({})\n", ink(Ink::Green, "wrote"), show::plural(count, "file")));
    }
    paint::result(&text);
    all.iter().for_each(handwritten::Followed::complain);
    if !no_verify && workspace.project.config.proof != Demand::Off {
        let provable: Vec<MigrationId> = all.iter().flat_map(|it| it.provable(&changed)).cloned().collect();
        verify::sealed(&Workspace::open(common)?, &provable).await?;
    }
    Ok(Ending::Done)
}
