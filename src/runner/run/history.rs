//! The history: the applied migrations, when they were applied, and the result.
//!
//! Must not know how migrations are run or which of them are wanted.

use std::fmt;

use crate::Result;
use crate::session::Session;

use super::Direction;
use super::journal::Journal;
use super::table::Table;

/// The state of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It was executed completely.
    Applied,
    /// It was not executed: the schema already matched its result.
    Recognised,
    /// It was not executed: the history starts after it (baseline).
    Baseline,
    /// It is running, or was interrupted before it could record a result.
    Running,
    /// A statement failed, and what ran before it could not be rolled back.
    Failed,
}

impl State {
    pub(super) const ALL: [Self; 5] = [Self::Applied, Self::Recognised, Self::Baseline, Self::Running, Self::Failed];

    /// The word in the history table.
    pub fn key(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Recognised => "recognised",
            Self::Baseline => "baseline",
            Self::Running => "running",
            Self::Failed => "failed",
        }
    }

    /// Whether the schema is the one that the migration leads to.
    pub fn is_done(self) -> bool {
        match self {
            Self::Applied | Self::Recognised | Self::Baseline => true,
            Self::Running | Self::Failed => false,
        }
    }
}

impl Record {
    /// The fingerprints of the schema after it.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.fingerprint.as_deref().unwrap_or_default().split_whitespace()
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// One row of the history table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The migration's id.
    pub id: String,
    /// Its name: the id without the time.
    pub name: String,
    /// The checksum of its file.
    pub checksum: String,
    /// When it ended, or began when it has not ended: UTC by the database's clock, `2026-11-20T20:13:00.123Z`.
    pub applied_at: String,
    /// How long it took.
    pub execution_ms: u64,
    /// Its state.
    pub status: State,
    /// The direction of its last run.
    pub direction: Direction,
    /// How many of its statements are done.
    pub statements: usize,
    /// The version of the tool that ran it.
    pub tool_version: String,
    /// The fingerprints of the schema after it, separated by a space: the one in the file, and the one of the schema as the
    /// database prints it.
    pub fingerprint: Option<String>,
    /// The history table it is a row of, without its schema.
    pub table: String,
    /// The run that executes it, or executed it last.
    pub(super) owner: Option<String>,
    /// How far that run got, while it is not done.
    pub(super) journal: Option<Journal>,
    /// Its DOWN section, as the text of a migration file.
    pub(super) down: Option<String>,
}

/// Reads the history, oldest first. Needs no right but to read; without the table there is no history.
///
/// # Errors
/// The database's refusal.
pub async fn history(session: &mut Session) -> Result<Vec<Record>> {
    Table::locate(session).await?.read(session).await
}
