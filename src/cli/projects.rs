//! `--all`: a command for every project of a repository, in the order in which the configuration lists them.
//!
//! Must not know what the command does.

use std::path::{Path, PathBuf};

use crate::workflow::{Failure, current_folder, projects};

use super::Ending;
use super::arguments::Common;
use super::paint::{self, Ink, ink};
use super::suggestion;

/// The folders of the projects, if there are several.
pub(super) fn of(common: &Common) -> Result<Vec<PathBuf>, Failure> {
    let start = match &common.project {
        Some(folder) => folder.clone(),
        None => current_folder()?,
    };
    projects(&start)
}

/// Announces a project; the arguments of its command. The folder is shown from where the command was given.
pub(super) fn announce(common: &Common, folder: &Path) -> Common {
    let here = current_folder().map(|here| here.canonicalize().unwrap_or(here));
    let shown = here.ok().and_then(|here| folder.strip_prefix(here).ok()).unwrap_or(folder);
    paint::talk(ink(Ink::Bold, shown.display()));
    suggestion::in_project(shown);
    Common { project: Some(folder.to_owned()), ..common.clone() }
}

/// The ending of all: findings if one has some.
pub(super) fn worst(one: Ending, other: Ending) -> Ending {
    if one == Ending::Done { other } else { one }
}
