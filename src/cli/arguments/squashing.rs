//! Arguments of `gen squash`.
//!
//! Must not know what the command does.

use clap::Args;

/// `gen squash`.
#[derive(Debug, Args)]
pub(in super::super) struct Squash {
    /// The name of the new migration; otherwise it is named after the last that it replaces
    #[arg(value_name = "NAME")]
    pub(in super::super) name: Option<String>,
    /// The first migration that it replaces (id, name, or an unambiguous prefix); otherwise the first of all
    #[arg(long, value_name = "ID")]
    pub(in super::super) from: Option<String>,
    /// The last migration that it replaces; otherwise the newest
    #[arg(long, value_name = "ID")]
    pub(in super::super) to: Option<String>,
    /// Delete the files of squashed migrations, if neither the database at hand nor an environment needs them
    #[arg(long, conflicts_with_all = ["name", "from", "to"])]
    pub(in super::super) prune: bool,
    /// With --prune: do not ask the databases
    #[arg(long, requires = "prune")]
    pub(in super::super) force: bool,
    /// Show what would be written or deleted, and change nothing
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}
