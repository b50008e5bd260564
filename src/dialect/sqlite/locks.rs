//! The locks of SQLite: a writer locks the whole file, and only in WAL mode can readers continue to read the earlier
//! state.
//!
//! Must not know who uses it.

use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::plan::cost::{Blocks, Cost, Work};

const FILE: &str = "sqlite.org/lockingv3.html and wal.html";
const ALTER: &str = "sqlite.org/lang_altertable.html";

const fn line(kind: ClauseKind, work: Work, source: &'static str) -> Cost {
    Cost { kind, lock: "the database file", algorithm: "", blocks: Blocks::Writers, work, source }
}

/// Every clause kind. A table that SQLite cannot alter is rebuilt row by row.
pub(super) const COSTS: &[Cost] = &[
    line(ClauseKind::DropTable, Work::Scan, FILE),
    line(ClauseKind::RenameTable, Work::Moment, ALTER),
    line(ClauseKind::AddColumn, Work::Moment, ALTER),
    line(ClauseKind::DropColumn, Work::Rewrite, ALTER),
    line(ClauseKind::RenameColumn, Work::Moment, ALTER),
    line(ClauseKind::AddCheck, Work::Scan, ALTER),
    line(ClauseKind::CreateIndex, Work::Build, FILE),
    line(ClauseKind::DropIndex, Work::Moment, FILE),
    line(ClauseKind::CreateTrigger, Work::Moment, FILE),
    line(ClauseKind::DropTrigger, Work::Moment, FILE),
    line(ClauseKind::Insert, Work::Moment, FILE),
    line(ClauseKind::Update, Work::Scan, FILE),
    line(ClauseKind::Delete, Work::Scan, FILE),
    line(ClauseKind::Repack, Work::Rewrite, "sqlite.org/lang_vacuum.html"),
];
