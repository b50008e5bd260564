//! The id of a migration that is planned.
//!
//! Must not know what it contains.

use sea_gen_runner::migration::MigrationId;

use crate::project::new_id;

use super::super::{Failure, Workspace};

/// An id that no migration of any dialect has; that of the last one, with this name, while it is made again.
pub fn next_id(workspace: &Workspace, name: &str) -> Result<MigrationId, Failure> {
    let (mut files, mut existing) = (Vec::new(), Vec::new());
    for product in workspace.products() {
        files.extend(workspace.project.migration_ids(*product)?);
        if let Some(lock) = &workspace.lock {
            existing.extend(lock.migrations(*product).iter().map(|locked| locked.id.clone()));
        }
    }
    let gone: Vec<MigrationId> = existing.iter().filter(|id| !files.contains(id)).cloned().collect();
    existing.extend(files);
    existing.sort();
    existing.dedup();
    if let Some(amended) = &workspace.amended {
        existing.retain(|id| !workspace.is_amended(id));
        return amended.id(name, &existing);
    }
    let id = new_id(name, jiff::Timestamp::now(), &existing).map_err(|error| match gone.first() {
        Some(id) => error.hint(format!("the file of `{id}` is gone; if it is to be forgotten: `gen lock`")),
        None => error,
    });
    Ok(id?)
}
