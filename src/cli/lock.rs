//! `gen lock`: seals the migration files as they are now, after they were edited or written by hand.
//!
//! Must not touch a database or a snapshot.

use crate::project::{Batch, MigrationId};

use super::Ending;
use super::arguments::Common;
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::states::{Workspace, locked};

pub(super) fn run(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen lock")?;
    workspace.refuse_frozen()?;
    let mut lock = workspace.sealed_lock()?.clone();
    let mut changed: Vec<MigrationId> = Vec::new();
    for product in workspace.products() {
        let files = workspace.migrations(*product)?.iter().map(locked).collect();
        changed.extend(lock.reseal(*product, files));
    }
    changed.sort();
    changed.dedup();
    if changed.is_empty() {
        paint::talk("nothing to do: the lock seals just these files");
        return Ok(Ending::Done);
    }
    let mut batch = Batch::new(workspace.root());
    lock.write(&workspace.project.lock_path(), &mut batch);
    batch.commit()?;
    let lines: String = changed.iter().map(|id| format!("{} {id}\n", ink(Ink::Green, "sealed"))).collect();
    paint::result(&lines);
    Ok(Ending::Done)
}
