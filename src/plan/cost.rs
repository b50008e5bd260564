//! What a database pays for a clause of a statement: what it locks, and what is done meanwhile.
//!
//! Must not know SQL, or what any one database pays.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use serde::Serialize;

/// Who waits while a clause runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocks {
    /// Nobody who reads or writes rows.
    Nobody,
    /// Whoever writes.
    Writers,
    /// Whoever reads or writes.
    Everybody,
}

/// What is done meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Only the catalog is written: a moment, once the lock is had.
    Moment,
    /// Every row is read.
    Scan,
    /// An index is built.
    Build,
    /// Every row is written anew.
    Rewrite,
}

/// What one database pays for one kind of clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The clause.
    pub kind: ClauseKind,
    /// The lock on the table, in the database's own word.
    pub lock: &'static str,
    /// The algorithm, where the database has names for that; else empty.
    pub algorithm: &'static str,
    /// Who waits.
    pub blocks: Blocks,
    /// For how long: until this is done.
    pub work: Work,
    /// Where the fact is from: a section of the manual, or a measurement.
    pub source: &'static str,
}

impl Cost {
    /// Whether somebody waits for longer the more rows there are.
    pub fn grows_with_rows(&self) -> bool {
        self.blocks != Blocks::Nobody && self.work != Work::Moment
    }
}

/// The line of a table of costs for a kind of clause.
pub fn cost(costs: &'static [Cost], kind: ClauseKind) -> Option<&'static Cost> {
    costs.iter().find(|cost| cost.kind == kind)
}

/// How much a migration makes others wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forms {
    /// As little as the database can: for tables that may hold rows while others work with them.
    #[default]
    Safe,
    /// The short forms, for a database nobody else works with.
    Offline,
}
