//! `gen lock`: seals the migration files as they are now, after they were edited or written by hand.
//!
//! Must not touch a database or a snapshot.

use std::collections::BTreeSet;

use crate::project::Batch;

use super::Ending;
use super::arguments::Common;
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::states::{Workspace, locked};

pub(super) fn run(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen lock")?;
    workspace.refuse_frozen()?;
    let mut lock = workspace.sealed_lock()?.clone();
    let (mut sealed, mut gone) = (BTreeSet::new(), BTreeSet::new());
    for product in workspace.products() {
        let files = workspace.migrations(*product)?.iter().map(locked).collect();
        let changed = lock.reseal(*product, files);
        sealed.extend(changed.sealed);
        gone.extend(changed.gone);
    }
    if sealed.is_empty() && gone.is_empty() {
        paint::talk("nothing to do: the lock seals just these files");
        return Ok(Ending::Done);
    }
    let mut batch = Batch::new(workspace.root());
    lock.write(&workspace.project.lock_path(), &mut batch);
    batch.commit()?;
    let sealed = sealed.iter().map(|id| format!("{} {id}\n", ink(Ink::Green, "sealed")));
    let gone = gone.iter().map(|id| format!("{} {id}: its file is gone\n", ink(Ink::Red, "forgot")));
    paint::result(&sealed.chain(gone).collect::<String>());
    Ok(Ending::Done)
}
