//! Arguments of the commands that judge migrations: `verify`, `lint`.
//!
//! Must not know what the commands do.

use clap::{Args, ValueEnum};

/// `gen verify`.
#[derive(Debug, Args)]
pub(in super::super) struct Verify {
    /// Which ones (id, name, or an unambiguous prefix); otherwise those that are not proven yet
    #[arg(value_name = "ID")]
    pub(in super::super) targets: Vec<String>,
    /// All of them, also those proven before
    #[arg(long, conflicts_with = "targets")]
    pub(in super::super) all: bool,
    /// Only for this dialect
    #[arg(long, value_name = "DIALECT")]
    pub(in super::super) dialect: Option<crate::schema::Product>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen lint`.
#[derive(Debug, Args)]
pub(in super::super) struct Lint {
    /// Which ones (id, name, or an unambiguous prefix); otherwise pending ones
    #[arg(value_name = "ID")]
    pub(in super::super) targets: Vec<String>,
    /// All of them, also those applied already
    #[arg(long, conflicts_with = "targets")]
    pub(in super::super) all: bool,
    /// Only those that a git revision does not have, such as origin/main
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["targets", "all"])]
    pub(in super::super) base: Option<String>,
    /// Findings in down also decide the exit code
    #[arg(long)]
    pub(in super::super) down: bool,
    /// List the rules
    #[arg(long, conflicts_with_all = ["targets", "all"])]
    pub(in super::super) rules: bool,
    /// Explain one rule, with a statement that it reports and one that it does not
    #[arg(long, value_name = "RULE", conflicts_with_all = ["targets", "all", "rules"])]
    pub(in super::super) explain: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = LintFormat::Text, value_name = "FORMAT")]
    pub(in super::super) format: LintFormat,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in super::super) json: bool,
}

/// The format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum LintFormat {
    /// Human-readable
    Text,
    /// JSON
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// The code quality report of GitLab
    Gitlab,
    /// SARIF 2.1.0
    Sarif,
}
