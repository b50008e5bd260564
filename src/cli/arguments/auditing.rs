//! Arguments of the commands that tell what was done to a database: `history`.
//!
//! Must not know the commands.

use clap::Args;
use sea_gen_runner::run::Anchor;

/// `gen history`.
#[derive(Debug, Args)]
pub(in super::super) struct History {
    /// Only check that no line was changed or removed; exit with 2 if one was
    #[arg(long)]
    pub(in super::super) verify: bool,
    /// A line that the log had before, as an earlier check or report gave it; shows whether the log was cut off or written anew
    #[arg(long, value_name = "NUMBER:HASH", value_parser = anchor, requires = "verify")]
    pub(in super::super) expect: Option<Anchor>,
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
