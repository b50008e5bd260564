//! `gen freeze <release>` and `gen thaw`: set and remove the freeze in the lock file.
//!
//! Must not know which commands are refused while frozen.

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Frozen, Lock};

use crate::project::Batch;
use crate::workflow::Workspace;

use super::Ending;
use super::arguments::{Common, Freeze};
use super::paint::{self, Ink, ink};
use super::report::Failure;

pub(super) fn freeze(common: &Common, command: &Freeze) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen freeze")?;
    let mut lock = workspace.sealed_lock()?.clone();
    workspace.refuse_frozen()?;
    let release = command.release.trim();
    if release.is_empty() || release.chars().any(char::is_control) {
        return Err(Error::new("a release needs a name").hint("`gen freeze 1.4.0`").into());
    }
    lock.frozen = Some(Frozen { release: release.to_owned() });
    write(&workspace, &lock)?;
    paint::result(&format!("{} for release {release}\n", ink(Ink::Green, "frozen")));
    Ok(Ending::Done)
}

pub(super) fn thaw(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen thaw")?;
    let mut lock = workspace.sealed_lock()?.clone();
    match lock.frozen.take() {
        None => paint::talk("nothing to do: the schema is not frozen"),
        Some(frozen) => {
            write(&workspace, &lock)?;
            paint::result(&format!("{} (was frozen for release {})\n", ink(Ink::Green, "thawed"), frozen.release));
        }
    }
    Ok(Ending::Done)
}

fn write(workspace: &Workspace, lock: &Lock) -> Result<(), Failure> {
    let mut batch = Batch::new(workspace.root());
    batch.write(workspace.project.lock_path(), lock.text());
    batch.commit()?;
    Ok(())
}
