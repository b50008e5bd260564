//! Arguments of the commands for branches: `check`, `merge`, `git`.
//!
//! Must not know what the commands do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::OfTenants;

/// `gen check`. Without a flag everything is checked.
#[derive(Debug, Args)]
pub(in super::super) struct Check {
    /// For every project that the configuration lists
    #[arg(long)]
    pub(in super::super) all: bool,
    #[command(flatten)]
    pub(in super::super) of: OfTenants,
    /// The snapshot has everything that the entities declare
    #[arg(long)]
    pub(in super::super) entities: bool,
    /// The compiled entities, created by SeaORM on a scratch database, match the parsed source text; builds them with
    /// cargo, and is not part of a plain `gen check`
    #[arg(long)]
    pub(in super::super) against_compiled: bool,
    /// The lock is intact, and the migration files match it
    #[arg(long)]
    pub(in super::super) lock: bool,
    /// The migrations, replayed on a scratch database, lead to the snapshot
    #[arg(long)]
    pub(in super::super) replay: bool,
    /// The database matches the snapshot
    #[arg(long)]
    pub(in super::super) database: bool,
    /// The migrations of the last commit are on top of those of this revision, such as origin/main
    #[arg(long, value_name = "REV")]
    pub(in super::super) base: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen merge`.
#[derive(Debug, Args)]
pub(in super::super) struct Merge {
    /// The branch that is checked out; otherwise the branches that git merges, or has merged in the last commit
    #[arg(requires = "theirs")]
    pub(in super::super) ours: Option<String>,
    /// The branch that is merged in
    pub(in super::super) theirs: Option<String>,
    /// Whose migrations come first; otherwise those that are on the main branch already, else ours
    #[arg(long, value_enum, value_name = "SIDE")]
    pub(in super::super) first: Option<First>,
    /// The order of statements that cannot be read, or that change the same rows, does not matter
    #[arg(long)]
    pub(in super::super) assume_independent: bool,
    /// Do not prove the migrations at their new places on a scratch database
    #[arg(long)]
    pub(in super::super) no_verify: bool,
    /// Remove the migrations that come second, so that `gen migration` makes them again from the merged entities
    #[arg(long)]
    pub(in super::super) remake: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// One side of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum First {
    /// The branch that is checked out
    Ours,
    /// The branch that is merged in
    Theirs,
}

/// `gen merge-driver`, which git calls.
#[derive(Debug, Args)]
pub(in super::super) struct MergeDriver {
    /// The version that both branches start from
    pub(in super::super) base: PathBuf,
    /// The version that is checked out, and the place of the result
    pub(in super::super) ours: PathBuf,
    /// The version that is merged in
    pub(in super::super) theirs: PathBuf,
    /// The path of the file in the repository
    pub(in super::super) path: PathBuf,
}

/// `gen git`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(in super::super) enum Git {
    /// Write .gitattributes, and set the merge driver in the configuration of this clone
    Install,
}
