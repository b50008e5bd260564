//! What PostgreSQL locks, and what it does while it holds the lock: one line for each kind of clause.
//!
//! "measured" is a statement run in a transaction on PostgreSQL 15 and 18, with `pg_locks` and `pg_relation_filenode` read
//! before it ended. Must not know who goes by it.

use sea_gen_runner::reading::deed::Deed;

use crate::plan::cost::{Blocks, Cost, Work};

const EXPLICIT_LOCKING: &str = "manual 13.3.1, Table-Level Locks; measured";
const ALTER_TABLE: &str = "manual, ALTER TABLE, Notes; measured";
const CREATE_INDEX: &str = "manual, CREATE INDEX, Building Indexes Concurrently; measured";
const DROP_INDEX: &str = "manual, DROP INDEX, CONCURRENTLY";

const fn line(deed: Deed, lock: &'static str, blocks: Blocks, work: Work, source: &'static str) -> Cost {
    Cost { deed, lock, algorithm: "", blocks, work, source }
}

const fn exclusive(deed: Deed, work: Work, source: &'static str) -> Cost {
    line(deed, "ACCESS EXCLUSIVE", Blocks::Everybody, work, source)
}

const fn rows(deed: Deed, lock: &'static str, work: Work, source: &'static str) -> Cost {
    line(deed, lock, Blocks::Writers, work, source)
}

const fn quiet(deed: Deed, lock: &'static str, work: Work, source: &'static str) -> Cost {
    line(deed, lock, Blocks::Nobody, work, source)
}

/// Every kind of clause PostgreSQL has, on the table it names. A foreign key takes its lock on both tables.
pub(super) const COSTS: &[Cost] = &[
    exclusive(Deed::DropTable, Work::Moment, EXPLICIT_LOCKING),
    exclusive(Deed::RenameTable, Work::Moment, ALTER_TABLE),
    exclusive(Deed::Truncate, Work::Moment, EXPLICIT_LOCKING),
    exclusive(Deed::AddColumn, Work::Moment, ALTER_TABLE),
    exclusive(Deed::AddColumnFilled, Work::Rewrite, ALTER_TABLE),
    exclusive(Deed::AddColumnStored, Work::Rewrite, ALTER_TABLE),
    exclusive(Deed::AddColumnVirtual, Work::Moment, "manual 5.4, Generated Columns (18)"),
    exclusive(Deed::AddColumnNumbered, Work::Rewrite, ALTER_TABLE),
    exclusive(Deed::DropColumn, Work::Moment, ALTER_TABLE),
    exclusive(Deed::RenameColumn, Work::Moment, ALTER_TABLE),
    exclusive(Deed::SetNotNull, Work::Scan, ALTER_TABLE),
    exclusive(Deed::SetNotNullProven, Work::Moment, ALTER_TABLE),
    exclusive(Deed::DropNotNull, Work::Moment, ALTER_TABLE),
    exclusive(Deed::SetDefault, Work::Moment, ALTER_TABLE),
    exclusive(Deed::Widen, Work::Moment, ALTER_TABLE),
    exclusive(Deed::Retype, Work::Rewrite, ALTER_TABLE),
    exclusive(Deed::RetypeFromUnknown, Work::Rewrite, ALTER_TABLE),
    rows(Deed::AddForeignKey, "SHARE ROW EXCLUSIVE", Work::Scan, ALTER_TABLE),
    rows(Deed::AddForeignKeyUnchecked, "SHARE ROW EXCLUSIVE", Work::Moment, ALTER_TABLE),
    exclusive(Deed::AddCheck, Work::Scan, ALTER_TABLE),
    exclusive(Deed::AddCheckUnchecked, Work::Moment, ALTER_TABLE),
    exclusive(Deed::AddExclusion, Work::Build, ALTER_TABLE),
    exclusive(Deed::AddUnique, Work::Build, ALTER_TABLE),
    exclusive(Deed::AddUniqueReady, Work::Moment, ALTER_TABLE),
    exclusive(Deed::AddPrimaryKey, Work::Build, ALTER_TABLE),
    exclusive(Deed::AddPrimaryKeyReady, Work::Moment, ALTER_TABLE),
    exclusive(Deed::ReplacePrimaryKey, Work::Build, ALTER_TABLE),
    exclusive(Deed::DropPrimaryKey, Work::Moment, ALTER_TABLE),
    quiet(Deed::Validate, "SHARE UPDATE EXCLUSIVE", Work::Scan, ALTER_TABLE),
    exclusive(Deed::DropForeignKey, Work::Moment, ALTER_TABLE),
    exclusive(Deed::DropConstraint, Work::Moment, ALTER_TABLE),
    exclusive(Deed::RenameConstraint, Work::Moment, ALTER_TABLE),
    rows(Deed::CreateIndex, "SHARE", Work::Build, CREATE_INDEX),
    quiet(Deed::CreateIndexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Build, CREATE_INDEX),
    exclusive(Deed::DropIndex, Work::Moment, DROP_INDEX),
    quiet(Deed::DropIndexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Moment, DROP_INDEX),
    quiet(Deed::RenameIndex, "SHARE UPDATE EXCLUSIVE", Work::Moment, "manual, ALTER INDEX; the lock is on the index"),
    rows(Deed::Reindex, "SHARE", Work::Build, EXPLICIT_LOCKING),
    quiet(Deed::ReindexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Build, "manual, REINDEX"),
    exclusive(Deed::Repack, Work::Rewrite, EXPLICIT_LOCKING),
    quiet(Deed::Comment, "SHARE UPDATE EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    quiet(Deed::Setting, "SHARE UPDATE EXCLUSIVE", Work::Moment, ALTER_TABLE),
    rows(Deed::CreateTrigger, "SHARE ROW EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    exclusive(Deed::DropTrigger, Work::Moment, EXPLICIT_LOCKING),
    exclusive(Deed::RowSecurity, Work::Moment, ALTER_TABLE),
    quiet(Deed::Insert, "ROW EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    quiet(Deed::Update, "ROW EXCLUSIVE", Work::Scan, EXPLICIT_LOCKING),
    quiet(Deed::Delete, "ROW EXCLUSIVE", Work::Scan, EXPLICIT_LOCKING),
];
