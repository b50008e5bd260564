//! What SQLite locks: one writer has the whole file, and readers go on reading what was there before in WAL mode only.
//!
//! Must not know who goes by it.

use sea_gen_runner::reading::deed::Deed;

use crate::plan::cost::{Blocks, Cost, Work};

const FILE: &str = "sqlite.org/lockingv3.html and wal.html";
const ALTER: &str = "sqlite.org/lang_altertable.html";

const fn line(deed: Deed, work: Work, source: &'static str) -> Cost {
    Cost { deed, lock: "the database file", algorithm: "", blocks: Blocks::Writers, work, source }
}

/// Every kind of clause. What SQLite cannot alter is made anew, row by row.
pub(super) const COSTS: &[Cost] = &[
    line(Deed::DropTable, Work::Scan, FILE),
    line(Deed::RenameTable, Work::Moment, ALTER),
    line(Deed::AddColumn, Work::Moment, ALTER),
    line(Deed::DropColumn, Work::Rewrite, ALTER),
    line(Deed::RenameColumn, Work::Moment, ALTER),
    line(Deed::AddCheck, Work::Scan, ALTER),
    line(Deed::CreateIndex, Work::Build, FILE),
    line(Deed::DropIndex, Work::Moment, FILE),
    line(Deed::CreateTrigger, Work::Moment, FILE),
    line(Deed::DropTrigger, Work::Moment, FILE),
    line(Deed::Insert, Work::Moment, FILE),
    line(Deed::Update, Work::Scan, FILE),
    line(Deed::Delete, Work::Scan, FILE),
    line(Deed::Repack, Work::Rewrite, "sqlite.org/lang_vacuum.html"),
];
