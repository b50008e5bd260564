//! What a clause costs on a database: which lock it takes, and how much work is done under it.
//!
//! Must not know SQL, or what any one database pays.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use serde::Serialize;

/// Which other sessions block while a clause runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocks {
    /// Neither readers nor writers.
    Nobody,
    /// Writers.
    Writers,
    /// Readers and writers.
    Everybody,
}

/// The work that is done under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// A catalog update: constant time once the lock is granted.
    Moment,
    /// Every row is read.
    Scan,
    /// An index is built.
    Build,
    /// Every row is rewritten.
    Rewrite,
}

/// The cost of one kind of clause on one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The kind of clause.
    pub kind: ClauseKind,
    /// The lock on the table, by the database's own name.
    pub lock: &'static str,
    /// The algorithm's name; empty if the database does not name algorithms.
    pub algorithm: &'static str,
    /// The sessions that block.
    pub blocks: Blocks,
    /// The work that determines how long they block.
    pub work: Work,
    /// The source of the fact: a section of the manual, or a measurement.
    pub source: &'static str,
}

impl Cost {
    /// Whether other sessions block for a time that grows with the number of rows.
    pub fn grows_with_rows(&self) -> bool {
        self.blocks != Blocks::Nobody && self.work != Work::Moment
    }
}

/// Looks up the cost of a kind of clause.
pub fn cost(costs: &'static [Cost], kind: ClauseKind) -> Option<&'static Cost> {
    costs.iter().find(|cost| cost.kind == kind)
}

/// Whether a plan is lowered to online or to short statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forms {
    /// Online forms that block as little as the database allows, for tables in use.
    #[default]
    Safe,
    /// Short forms, for a database that no other session uses.
    Offline,
}
