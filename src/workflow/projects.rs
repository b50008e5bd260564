//! Several projects in one repository.
//!
//! Must not know what is done with them.

use std::path::{Path, PathBuf};

use sea_gen_runner::Error;

use crate::project::Project;

use super::Failure;

/// The folders of the projects that the configuration at or above a folder lists, in order; none where it lists none.
///
/// # Errors
/// The configuration cannot be read; a folder does not exist.
pub fn projects(start: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listing = Project::discover(start)?;
    let folder = |listed: &PathBuf| {
        let folder = listing.root.join(listed);
        match folder.is_dir() {
            true => Ok(folder),
            false => Err(Error::new(format!("there is no folder `{}`", folder.display()))
                .hint("correct `projects` in the configuration")
                .into()),
        }
    };
    listing.config.projects.iter().map(folder).collect()
}
