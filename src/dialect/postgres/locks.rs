//! The locks of PostgreSQL and the work under each: one line per clause kind.
//!
//! "measured" means that the statement was executed in a transaction on PostgreSQL 15 and 18, and `pg_locks` and
//! `pg_relation_filenode` were read before its end. Must not know who uses it.

use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::plan::cost::{Blocks, Cost, Work};

const EXPLICIT_LOCKING: &str = "manual 13.3.1, Table-Level Locks; measured";
const ALTER_TABLE: &str = "manual, ALTER TABLE, Notes; measured";
const CREATE_INDEX: &str = "manual, CREATE INDEX, Building Indexes Concurrently; measured";
const DROP_INDEX: &str = "manual, DROP INDEX, CONCURRENTLY";

const fn line(kind: ClauseKind, lock: &'static str, blocks: Blocks, work: Work, source: &'static str) -> Cost {
    Cost { kind, lock, algorithm: "", blocks, work, source }
}

const fn exclusive(kind: ClauseKind, work: Work, source: &'static str) -> Cost {
    line(kind, "ACCESS EXCLUSIVE", Blocks::Everybody, work, source)
}

const fn rows(kind: ClauseKind, lock: &'static str, work: Work, source: &'static str) -> Cost {
    line(kind, lock, Blocks::Writers, work, source)
}

const fn quiet(kind: ClauseKind, lock: &'static str, work: Work, source: &'static str) -> Cost {
    line(kind, lock, Blocks::Nobody, work, source)
}

/// Every clause kind of PostgreSQL, with its lock on the named table. A foreign key locks both tables.
pub(super) const COSTS: &[Cost] = &[
    exclusive(ClauseKind::DropTable, Work::Moment, EXPLICIT_LOCKING),
    exclusive(ClauseKind::RenameTable, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::Truncate, Work::Moment, EXPLICIT_LOCKING),
    exclusive(ClauseKind::AddColumn, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::AddColumnFilled, Work::Rewrite, ALTER_TABLE),
    exclusive(ClauseKind::AddColumnStored, Work::Rewrite, ALTER_TABLE),
    exclusive(ClauseKind::AddColumnVirtual, Work::Moment, "manual 5.4, Generated Columns (18)"),
    exclusive(ClauseKind::AddColumnNumbered, Work::Rewrite, ALTER_TABLE),
    exclusive(ClauseKind::DropColumn, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::RenameColumn, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::SetNotNull, Work::Scan, ALTER_TABLE),
    exclusive(ClauseKind::SetNotNullProven, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::DropNotNull, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::SetDefault, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::Widen, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::Retype, Work::Rewrite, ALTER_TABLE),
    exclusive(ClauseKind::RetypeFromUnknown, Work::Rewrite, ALTER_TABLE),
    rows(ClauseKind::AddForeignKey, "SHARE ROW EXCLUSIVE", Work::Scan, ALTER_TABLE),
    rows(ClauseKind::AddForeignKeyUnchecked, "SHARE ROW EXCLUSIVE", Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::AddCheck, Work::Scan, ALTER_TABLE),
    exclusive(ClauseKind::AddCheckUnchecked, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::AddExclusion, Work::Build, ALTER_TABLE),
    exclusive(ClauseKind::AddUnique, Work::Build, ALTER_TABLE),
    exclusive(ClauseKind::AddUniqueReady, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::AddPrimaryKey, Work::Build, ALTER_TABLE),
    exclusive(ClauseKind::AddPrimaryKeyReady, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::ReplacePrimaryKey, Work::Build, ALTER_TABLE),
    exclusive(ClauseKind::DropPrimaryKey, Work::Moment, ALTER_TABLE),
    quiet(ClauseKind::Validate, "SHARE UPDATE EXCLUSIVE", Work::Scan, ALTER_TABLE),
    exclusive(ClauseKind::DropForeignKey, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::DropConstraint, Work::Moment, ALTER_TABLE),
    exclusive(ClauseKind::RenameConstraint, Work::Moment, ALTER_TABLE),
    rows(ClauseKind::CreateIndex, "SHARE", Work::Build, CREATE_INDEX),
    quiet(ClauseKind::CreateIndexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Build, CREATE_INDEX),
    exclusive(ClauseKind::DropIndex, Work::Moment, DROP_INDEX),
    quiet(ClauseKind::DropIndexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Moment, DROP_INDEX),
    quiet(
        ClauseKind::RenameIndex,
        "SHARE UPDATE EXCLUSIVE",
        Work::Moment,
        "manual, ALTER INDEX; the lock is on the index",
    ),
    rows(ClauseKind::Reindex, "SHARE", Work::Build, EXPLICIT_LOCKING),
    quiet(ClauseKind::ReindexConcurrently, "SHARE UPDATE EXCLUSIVE", Work::Build, "manual, REINDEX"),
    exclusive(ClauseKind::Repack, Work::Rewrite, EXPLICIT_LOCKING),
    quiet(ClauseKind::Comment, "SHARE UPDATE EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    quiet(ClauseKind::Setting, "SHARE UPDATE EXCLUSIVE", Work::Moment, ALTER_TABLE),
    rows(ClauseKind::CreateTrigger, "SHARE ROW EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    exclusive(ClauseKind::DropTrigger, Work::Moment, EXPLICIT_LOCKING),
    exclusive(ClauseKind::RowSecurity, Work::Moment, ALTER_TABLE),
    quiet(ClauseKind::Insert, "ROW EXCLUSIVE", Work::Moment, EXPLICIT_LOCKING),
    quiet(ClauseKind::Update, "ROW EXCLUSIVE", Work::Scan, EXPLICIT_LOCKING),
    quiet(ClauseKind::Delete, "ROW EXCLUSIVE", Work::Scan, EXPLICIT_LOCKING),
];
