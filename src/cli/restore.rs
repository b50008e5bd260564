//! `gen restore`: makes a database from a backup, and applies what is pending then.
//!
//! Must not know how a database is copied.

use crate::workflow::backup::restore;
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Restore};
use super::paint::{self, Ink, ink};
use super::{Ending, up};

pub(super) async fn run(common: &Common, command: &Restore) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let besides = if command.no_up { " --no-up" } else { "" };
    let former = restore(&workspace, &command.file, command.replace.as_deref(), besides).await?;
    let database = workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
    paint::result(&format!("{} {database} from {}\n", ink(Ink::Green, "restored"), command.file.display()));
    if let Some(former) = former {
        paint::talk(format!("the former file is {}", workspace.project.shown(&former).display()));
    }
    if command.no_up || workspace.lock.is_none() {
        return Ok(Ending::Done);
    }
    up::after_restore(common, &workspace).await
}
