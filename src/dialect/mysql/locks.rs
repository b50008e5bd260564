//! The locks and ALTER algorithms of MySQL and MariaDB: one line per clause kind for each of the two.
//!
//! Measured: every algorithm and lock was requested, best first, until the server accepted one, on MySQL 9.7, MariaDB
//! 10.11 and 11.8, InnoDB, on a table without generated, full-text and spatial columns. The manuals are cited where
//! they agree: MySQL 17.12.1 "Online DDL Operations"; MariaDB "InnoDB Online DDL". Must not know who uses it.

use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::plan::cost::{Blocks, Cost, Work};

const MYSQL_MANUAL: &str = "manual 17.12.1, Online DDL Operations; measured";
const MARIADB_MANUAL: &str = "manual, InnoDB Online DDL; measured";

/// Only the catalog is written, under a brief exclusive lock.
const fn instant(kind: ClauseKind, source: &'static str) -> Cost {
    Cost { kind, lock: "", algorithm: "INSTANT", blocks: Blocks::Nobody, work: Work::Moment, source }
}

/// Concurrent reads and writes.
const fn online(kind: ClauseKind, work: Work, source: &'static str) -> Cost {
    Cost { kind, lock: "NONE", algorithm: "INPLACE", blocks: Blocks::Nobody, work, source }
}

/// Concurrent reads.
const fn shared(kind: ClauseKind, work: Work, source: &'static str) -> Cost {
    Cost { kind, lock: "SHARED", algorithm: "INPLACE", blocks: Blocks::Writers, work, source }
}

/// The table is copied row by row.
const fn copied(kind: ClauseKind, source: &'static str) -> Cost {
    Cost { kind, lock: "SHARED", algorithm: "COPY", blocks: Blocks::Writers, work: Work::Rewrite, source }
}

/// A separate statement without an ALGORITHM clause.
const fn statement(kind: ClauseKind, blocks: Blocks, work: Work, source: &'static str) -> Cost {
    Cost { kind, lock: "a metadata lock", algorithm: "", blocks, work, source }
}

/// MySQL.
pub(super) const MYSQL: &[Cost] = &[
    statement(ClauseKind::DropTable, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(ClauseKind::RenameTable, Blocks::Everybody, Work::Moment, MYSQL_MANUAL),
    statement(ClauseKind::Truncate, Blocks::Everybody, Work::Moment, "manual, TRUNCATE TABLE"),
    instant(ClauseKind::AddColumn, MYSQL_MANUAL),
    copied(ClauseKind::AddColumnFilled, MYSQL_MANUAL),
    copied(ClauseKind::AddColumnStored, MYSQL_MANUAL),
    instant(ClauseKind::AddColumnVirtual, MYSQL_MANUAL),
    shared(ClauseKind::AddColumnNumbered, Work::Rewrite, MYSQL_MANUAL),
    instant(ClauseKind::DropColumn, MYSQL_MANUAL),
    instant(ClauseKind::RenameColumn, MYSQL_MANUAL),
    online(ClauseKind::SetNotNull, Work::Rewrite, MYSQL_MANUAL),
    online(ClauseKind::DropNotNull, Work::Rewrite, MYSQL_MANUAL),
    instant(ClauseKind::SetDefault, MYSQL_MANUAL),
    online(ClauseKind::Widen, Work::Moment, MYSQL_MANUAL),
    copied(ClauseKind::Retype, MYSQL_MANUAL),
    copied(ClauseKind::RetypeFromUnknown, MYSQL_MANUAL),
    instant(ClauseKind::AppendValue, MYSQL_MANUAL),
    online(ClauseKind::Reorder, Work::Rewrite, MYSQL_MANUAL),
    copied(ClauseKind::AddForeignKey, MYSQL_MANUAL),
    copied(ClauseKind::AddCheck, MYSQL_MANUAL),
    instant(ClauseKind::AddCheckUnchecked, MYSQL_MANUAL),
    online(ClauseKind::AddUnique, Work::Build, MYSQL_MANUAL),
    online(ClauseKind::AddPrimaryKey, Work::Rewrite, MYSQL_MANUAL),
    online(ClauseKind::ReplacePrimaryKey, Work::Rewrite, MYSQL_MANUAL),
    copied(ClauseKind::DropPrimaryKey, MYSQL_MANUAL),
    online(ClauseKind::DropForeignKey, Work::Moment, MYSQL_MANUAL),
    instant(ClauseKind::DropConstraint, MYSQL_MANUAL),
    online(ClauseKind::CreateIndex, Work::Build, MYSQL_MANUAL),
    shared(ClauseKind::CreateSpecialIndex, Work::Build, MYSQL_MANUAL),
    online(ClauseKind::DropIndex, Work::Moment, MYSQL_MANUAL),
    online(ClauseKind::RenameIndex, Work::Moment, MYSQL_MANUAL),
    online(ClauseKind::Repack, Work::Rewrite, MYSQL_MANUAL),
    copied(ClauseKind::ConvertCharacters, MYSQL_MANUAL),
    online(ClauseKind::Comment, Work::Moment, MYSQL_MANUAL),
    online(ClauseKind::Setting, Work::Moment, MYSQL_MANUAL),
    statement(ClauseKind::CreateTrigger, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(ClauseKind::DropTrigger, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(ClauseKind::Insert, Blocks::Nobody, Work::Moment, "manual 17.7.1, InnoDB Locking"),
    statement(ClauseKind::Update, Blocks::Nobody, Work::Scan, "manual 17.7.1, InnoDB Locking"),
    statement(ClauseKind::Delete, Blocks::Nobody, Work::Scan, "manual 17.7.1, InnoDB Locking"),
];

/// MariaDB.
pub(super) const MARIADB: &[Cost] = &[
    statement(ClauseKind::DropTable, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(ClauseKind::RenameTable, Blocks::Everybody, Work::Moment, MARIADB_MANUAL),
    statement(ClauseKind::Truncate, Blocks::Everybody, Work::Moment, "manual, TRUNCATE TABLE"),
    instant(ClauseKind::AddColumn, MARIADB_MANUAL),
    copied(ClauseKind::AddColumnFilled, MARIADB_MANUAL),
    copied(ClauseKind::AddColumnStored, MARIADB_MANUAL),
    instant(ClauseKind::AddColumnVirtual, MARIADB_MANUAL),
    shared(ClauseKind::AddColumnNumbered, Work::Rewrite, MARIADB_MANUAL),
    instant(ClauseKind::DropColumn, MARIADB_MANUAL),
    instant(ClauseKind::RenameColumn, MARIADB_MANUAL),
    online(ClauseKind::SetNotNull, Work::Rewrite, MARIADB_MANUAL),
    online(ClauseKind::DropNotNull, Work::Rewrite, MARIADB_MANUAL),
    instant(ClauseKind::SetDefault, MARIADB_MANUAL),
    instant(ClauseKind::Widen, MARIADB_MANUAL),
    copied(ClauseKind::Retype, MARIADB_MANUAL),
    copied(ClauseKind::RetypeFromUnknown, MARIADB_MANUAL),
    instant(ClauseKind::AppendValue, MARIADB_MANUAL),
    instant(ClauseKind::Reorder, MARIADB_MANUAL),
    copied(ClauseKind::AddForeignKey, MARIADB_MANUAL),
    copied(ClauseKind::AddCheck, MARIADB_MANUAL),
    online(ClauseKind::AddUnique, Work::Build, MARIADB_MANUAL),
    online(ClauseKind::AddPrimaryKey, Work::Rewrite, MARIADB_MANUAL),
    online(ClauseKind::ReplacePrimaryKey, Work::Rewrite, MARIADB_MANUAL),
    copied(ClauseKind::DropPrimaryKey, MARIADB_MANUAL),
    instant(ClauseKind::DropForeignKey, MARIADB_MANUAL),
    instant(ClauseKind::DropConstraint, MARIADB_MANUAL),
    online(ClauseKind::CreateIndex, Work::Build, MARIADB_MANUAL),
    shared(ClauseKind::CreateSpecialIndex, Work::Build, MARIADB_MANUAL),
    online(ClauseKind::DropIndex, Work::Moment, MARIADB_MANUAL),
    instant(ClauseKind::RenameIndex, MARIADB_MANUAL),
    online(ClauseKind::Repack, Work::Rewrite, MARIADB_MANUAL),
    copied(ClauseKind::ConvertCharacters, MARIADB_MANUAL),
    instant(ClauseKind::Comment, MARIADB_MANUAL),
    instant(ClauseKind::Setting, MARIADB_MANUAL),
    statement(ClauseKind::CreateTrigger, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(ClauseKind::DropTrigger, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(ClauseKind::Insert, Blocks::Nobody, Work::Moment, "manual, InnoDB Lock Modes"),
    statement(ClauseKind::Update, Blocks::Nobody, Work::Scan, "manual, InnoDB Lock Modes"),
    statement(ClauseKind::Delete, Blocks::Nobody, Work::Scan, "manual, InnoDB Lock Modes"),
];
