//! Hazards of the application's own migrations, which are written in Rust.
//!
//! Must not know the hazards.

use std::path::PathBuf;

use sea_gen_runner::files::read_text_if_there;

use crate::lint::Finding;
use crate::lint::code::{self, CodeFile, CodePlace};

use super::{Failure, Workspace};

/// A file with migrations in Rust, and its findings.
pub struct JudgedCode {
    /// Its path.
    pub path: PathBuf,
    /// The name by which the history of SeaORM knows its migration.
    pub name: String,
    /// Whether it has the list of a migrator.
    pub is_migrator: bool,
    /// The findings, by line.
    pub findings: Vec<Finding<CodePlace>>,
}

/// Judges every file of the cargo workspace that defines migrations for `sea-orm-migration`, or lists them.
///
/// # Errors
/// A file cannot be read.
pub fn judge(workspace: &Workspace) -> Result<Vec<JudgedCode>, Failure> {
    let judged = workspace.project.migration_code()?.into_iter().map(|found| {
        let included = |path: &str| read_text_if_there(&found.path.with_file_name(path)).ok().flatten();
        let file =
            CodeFile { text: &found.text, included: &included, depth: found.depth, is_own_crate: found.is_own_crate };
        let findings = code::lint(&file);
        let is_migrator = found.text.contains("MigratorTrait for");
        JudgedCode { path: found.path, name: found.name, is_migrator, findings }
    });
    Ok(judged.collect())
}
