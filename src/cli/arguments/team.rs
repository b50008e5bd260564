//! Arguments of the commands for work in a team: `blame`, `ci`.
//!
//! Must not know what the commands do.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `gen blame`.
#[derive(Debug, Args)]
pub(in super::super) struct Blame {
    /// The object: TABLE, TABLE.COLUMN, or the name of an index, view or type
    #[arg(value_name = "OBJECT")]
    pub(in super::super) object: String,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen ci`.
#[derive(Debug, Args)]
pub(in super::super) struct Ci {
    /// Where the repository is
    #[arg(value_enum, value_name = "HOST")]
    pub(in super::super) host: CiHost,
    /// The file to write, from the top of the repository; otherwise where the host looks for it
    #[arg(long, value_name = "FILE")]
    pub(in super::super) out: Option<PathBuf>,
    /// Also add the line to CODEOWNERS by which this user or team owns the migrations
    #[arg(long, value_name = "TEAM")]
    pub(in super::super) codeowners: Option<String>,
    /// Replace a file that somebody else wrote or edited
    #[arg(long)]
    pub(in super::super) force: bool,
}

/// The host of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum CiHost {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}
