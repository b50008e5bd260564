//! What MySQL and MariaDB lock, and how they alter a table: one line for each kind of clause, for each of the two.
//!
//! Measured: every algorithm and lock was asked for, best first, until the server took one, on MySQL 9.7, MariaDB 10.11 and
//! 11.8, InnoDB, on a table without generated, full-text and spatial columns. The manuals are named where they say the same:
//! MySQL 17.12.1 "Online DDL Operations"; MariaDB "InnoDB Online DDL". Must not know who goes by it.

use sea_gen_runner::reading::deed::Deed;

use crate::plan::cost::{Blocks, Cost, Work};

const MYSQL_MANUAL: &str = "manual 17.12.1, Online DDL Operations; measured";
const MARIADB_MANUAL: &str = "manual, InnoDB Online DDL; measured";

/// Only the catalog is written; a lock on everything is held for that moment.
const fn instant(deed: Deed, source: &'static str) -> Cost {
    Cost { deed, lock: "", algorithm: "INSTANT", blocks: Blocks::Nobody, work: Work::Moment, source }
}

/// Others read and write meanwhile.
const fn online(deed: Deed, work: Work, source: &'static str) -> Cost {
    Cost { deed, lock: "NONE", algorithm: "INPLACE", blocks: Blocks::Nobody, work, source }
}

/// Others read meanwhile.
const fn shared(deed: Deed, work: Work, source: &'static str) -> Cost {
    Cost { deed, lock: "SHARED", algorithm: "INPLACE", blocks: Blocks::Writers, work, source }
}

/// The table is copied row by row.
const fn copied(deed: Deed, source: &'static str) -> Cost {
    Cost { deed, lock: "SHARED", algorithm: "COPY", blocks: Blocks::Writers, work: Work::Rewrite, source }
}

/// A statement of its own, without a choice of algorithm.
const fn statement(deed: Deed, blocks: Blocks, work: Work, source: &'static str) -> Cost {
    Cost { deed, lock: "a metadata lock", algorithm: "", blocks, work, source }
}

/// MySQL.
pub(super) const MYSQL: &[Cost] = &[
    statement(Deed::DropTable, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(Deed::RenameTable, Blocks::Everybody, Work::Moment, MYSQL_MANUAL),
    statement(Deed::Truncate, Blocks::Everybody, Work::Moment, "manual, TRUNCATE TABLE"),
    instant(Deed::AddColumn, MYSQL_MANUAL),
    copied(Deed::AddColumnFilled, MYSQL_MANUAL),
    copied(Deed::AddColumnStored, MYSQL_MANUAL),
    instant(Deed::AddColumnVirtual, MYSQL_MANUAL),
    shared(Deed::AddColumnNumbered, Work::Rewrite, MYSQL_MANUAL),
    instant(Deed::DropColumn, MYSQL_MANUAL),
    instant(Deed::RenameColumn, MYSQL_MANUAL),
    online(Deed::SetNotNull, Work::Rewrite, MYSQL_MANUAL),
    online(Deed::DropNotNull, Work::Rewrite, MYSQL_MANUAL),
    instant(Deed::SetDefault, MYSQL_MANUAL),
    online(Deed::Widen, Work::Moment, MYSQL_MANUAL),
    copied(Deed::Retype, MYSQL_MANUAL),
    copied(Deed::RetypeFromUnknown, MYSQL_MANUAL),
    instant(Deed::AppendValue, MYSQL_MANUAL),
    online(Deed::Reorder, Work::Rewrite, MYSQL_MANUAL),
    copied(Deed::AddForeignKey, MYSQL_MANUAL),
    copied(Deed::AddCheck, MYSQL_MANUAL),
    instant(Deed::AddCheckUnchecked, MYSQL_MANUAL),
    online(Deed::AddUnique, Work::Build, MYSQL_MANUAL),
    online(Deed::AddPrimaryKey, Work::Rewrite, MYSQL_MANUAL),
    online(Deed::ReplacePrimaryKey, Work::Rewrite, MYSQL_MANUAL),
    copied(Deed::DropPrimaryKey, MYSQL_MANUAL),
    online(Deed::DropForeignKey, Work::Moment, MYSQL_MANUAL),
    instant(Deed::DropConstraint, MYSQL_MANUAL),
    online(Deed::CreateIndex, Work::Build, MYSQL_MANUAL),
    shared(Deed::CreateSpecialIndex, Work::Build, MYSQL_MANUAL),
    online(Deed::DropIndex, Work::Moment, MYSQL_MANUAL),
    online(Deed::RenameIndex, Work::Moment, MYSQL_MANUAL),
    online(Deed::Repack, Work::Rewrite, MYSQL_MANUAL),
    copied(Deed::ConvertCharacters, MYSQL_MANUAL),
    online(Deed::Comment, Work::Moment, MYSQL_MANUAL),
    online(Deed::Setting, Work::Moment, MYSQL_MANUAL),
    statement(Deed::CreateTrigger, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(Deed::DropTrigger, Blocks::Everybody, Work::Moment, "manual 10.11.4, Metadata Locking"),
    statement(Deed::Insert, Blocks::Nobody, Work::Moment, "manual 17.7.1, InnoDB Locking"),
    statement(Deed::Update, Blocks::Nobody, Work::Scan, "manual 17.7.1, InnoDB Locking"),
    statement(Deed::Delete, Blocks::Nobody, Work::Scan, "manual 17.7.1, InnoDB Locking"),
];

/// MariaDB.
pub(super) const MARIADB: &[Cost] = &[
    statement(Deed::DropTable, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(Deed::RenameTable, Blocks::Everybody, Work::Moment, MARIADB_MANUAL),
    statement(Deed::Truncate, Blocks::Everybody, Work::Moment, "manual, TRUNCATE TABLE"),
    instant(Deed::AddColumn, MARIADB_MANUAL),
    copied(Deed::AddColumnFilled, MARIADB_MANUAL),
    copied(Deed::AddColumnStored, MARIADB_MANUAL),
    instant(Deed::AddColumnVirtual, MARIADB_MANUAL),
    shared(Deed::AddColumnNumbered, Work::Rewrite, MARIADB_MANUAL),
    instant(Deed::DropColumn, MARIADB_MANUAL),
    instant(Deed::RenameColumn, MARIADB_MANUAL),
    online(Deed::SetNotNull, Work::Rewrite, MARIADB_MANUAL),
    online(Deed::DropNotNull, Work::Rewrite, MARIADB_MANUAL),
    instant(Deed::SetDefault, MARIADB_MANUAL),
    instant(Deed::Widen, MARIADB_MANUAL),
    copied(Deed::Retype, MARIADB_MANUAL),
    copied(Deed::RetypeFromUnknown, MARIADB_MANUAL),
    instant(Deed::AppendValue, MARIADB_MANUAL),
    instant(Deed::Reorder, MARIADB_MANUAL),
    copied(Deed::AddForeignKey, MARIADB_MANUAL),
    copied(Deed::AddCheck, MARIADB_MANUAL),
    online(Deed::AddUnique, Work::Build, MARIADB_MANUAL),
    online(Deed::AddPrimaryKey, Work::Rewrite, MARIADB_MANUAL),
    online(Deed::ReplacePrimaryKey, Work::Rewrite, MARIADB_MANUAL),
    copied(Deed::DropPrimaryKey, MARIADB_MANUAL),
    instant(Deed::DropForeignKey, MARIADB_MANUAL),
    instant(Deed::DropConstraint, MARIADB_MANUAL),
    online(Deed::CreateIndex, Work::Build, MARIADB_MANUAL),
    shared(Deed::CreateSpecialIndex, Work::Build, MARIADB_MANUAL),
    online(Deed::DropIndex, Work::Moment, MARIADB_MANUAL),
    instant(Deed::RenameIndex, MARIADB_MANUAL),
    online(Deed::Repack, Work::Rewrite, MARIADB_MANUAL),
    copied(Deed::ConvertCharacters, MARIADB_MANUAL),
    instant(Deed::Comment, MARIADB_MANUAL),
    instant(Deed::Setting, MARIADB_MANUAL),
    statement(Deed::CreateTrigger, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(Deed::DropTrigger, Blocks::Everybody, Work::Moment, "manual, Metadata Locking"),
    statement(Deed::Insert, Blocks::Nobody, Work::Moment, "manual, InnoDB Lock Modes"),
    statement(Deed::Update, Blocks::Nobody, Work::Scan, "manual, InnoDB Lock Modes"),
    statement(Deed::Delete, Blocks::Nobody, Work::Scan, "manual, InnoDB Lock Modes"),
];
