//! Phrases in the messages of several jobs.
//!
//! Must not know how messages are shown.

use std::error::Error as _;
use std::path::Path;

use sea_gen_runner::Error;

use crate::entity::Source;

/// `entities/customer.rs:14`, relative to the project.
pub(crate) fn location(source: &Source, root: &Path) -> String {
    let file = source.file.strip_prefix(root).unwrap_or(&source.file);
    format!("{}:{}", file.display(), source.line)
}

/// `1 table`, `2 tables`; `1 index`, `2 indexes`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match (count, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "index") => format!("{count} indexes"),
        (_, "unique") => format!("{count} unique constraints"),
        _ => format!("{count} {noun}s"),
    }
}

/// An error, and below it its causes, line by line.
pub(crate) fn with_reasons(error: &Error) -> Vec<String> {
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(reason) = source {
        lines.extend(reason.to_string().lines().map(str::to_owned));
        source = reason.source();
    }
    lines
}
