//! Arguments of the commands that tell what was done to a database: `history`, `report`, `webhook`.
//!
//! Must not know the commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sea_gen_runner::run::Anchor;

use super::OfTenants;

/// `gen history`.
#[derive(Debug, Args)]
pub(in super::super) struct History {
    /// Only check that no line was changed or removed; exit with 2 if one was
    #[arg(long)]
    pub(in super::super) verify: bool,
    /// A line that the log had before, as an earlier check or report gave it; shows whether the log was cut off or written anew
    #[arg(long, value_name = "NUMBER:HASH", value_parser = anchor, requires = "verify", conflicts_with = "tenants")]
    pub(in super::super) expect: Option<Anchor>,
    #[command(flatten)]
    pub(in super::super) of: OfTenants,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `12:5f3a…`, of which the hash may be cut to 8 digits.
fn anchor(text: &str) -> Result<Anchor, String> {
    let is_hash = |hash: &str| (8..=64).contains(&hash.len()) && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
    let parts = text.split_once(':').and_then(|(number, hash)| Some((number.parse().ok()?, hash)));
    match parts.filter(|(_, hash)| is_hash(hash)) {
        Some((number, hash)) => Ok(Anchor { number, hash: hash.to_ascii_lowercase() }),
        None => Err("write the number and the hash of a line, such as 12:5f3a09c1".to_owned()),
    }
}

/// `gen report`.
#[derive(Debug, Args)]
pub(in super::super) struct AuditReport {
    /// Of this tenant of the configuration
    #[arg(long, value_name = "NAME")]
    pub(in super::super) tenant: Option<String>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = AuditFormat::Markdown, value_name = "FORMAT")]
    pub(in super::super) format: AuditFormat,
    /// Write to a file, or into a folder as migration_audit_report.md, instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(in super::super) out: Option<PathBuf>,
    /// How many runs it has, the newest ones, or `all`
    #[arg(long, value_name = "N", default_value = "1", value_parser = runs)]
    pub(in super::super) runs: usize,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in super::super) json: bool,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum AuditFormat {
    /// For a job summary or an archive
    Markdown,
    /// A page for a browser: one file that loads nothing
    Html,
    /// For programs
    Json,
}

/// A number of runs.
fn runs(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| "write a number, or `all`".to_owned()),
    }
}

/// `gen webhook`.
#[derive(Debug, Subcommand)]
pub(in super::super) enum Webhook {
    /// Call the webhook of the configuration
    Test,
}
