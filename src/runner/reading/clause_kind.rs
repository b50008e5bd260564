//! The kinds of DDL and DML clauses that act on an existing table: the rows of the lock tables.
//!
//! Must not know SQL, or what a clause costs on any one database.

use serde::Serialize;

/// The kind of a DDL or DML clause. Two clauses have different kinds where their locks or their cost differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClauseKind {
    /// A table is created.
    CreateTable,
    /// A table is dropped.
    DropTable,
    /// A table is renamed.
    RenameTable,
    /// `TRUNCATE`: all rows of a table are removed.
    Truncate,
    /// A column is added, without a default or with a constant one.
    AddColumn,
    /// A column is added with a default that is computed for each row.
    AddColumnFilled,
    /// A stored generated column is added.
    AddColumnStored,
    /// A virtual generated column is added.
    AddColumnVirtual,
    /// An identity or auto-increment column is added.
    AddColumnNumbered,
    /// A column is dropped.
    DropColumn,
    /// A column is renamed.
    RenameColumn,
    /// A column becomes NOT NULL.
    SetNotNull,
    /// A column becomes NOT NULL, and a validated check already proves that it holds no NULL.
    SetNotNullProven,
    /// A column becomes nullable.
    DropNotNull,
    /// A column's default is set, dropped or changed.
    SetDefault,
    /// A column's type changes, and the stored values stay as they are.
    Widen,
    /// A column's type changes, and every stored value is rewritten.
    Retype,
    /// A column's type changes, and its former type decides whether values are rewritten.
    RetypeFromUnknown,
    /// An enum column gets a new value after its existing ones.
    AppendValue,
    /// A column is moved to another position.
    Reorder,
    /// A foreign key is added, and every row is checked.
    AddForeignKey,
    /// A foreign key is added without checking existing rows (`NOT VALID`).
    AddForeignKeyUnchecked,
    /// A check is added, and every row is checked.
    AddCheck,
    /// A check is added without checking existing rows (`NOT VALID`).
    AddCheckUnchecked,
    /// An exclusion constraint is added.
    AddExclusion,
    /// A unique constraint is added and its index is built.
    AddUnique,
    /// A unique constraint is added on an existing index.
    AddUniqueReady,
    /// Existing rows must be unique from now on.
    AddsUniqueness,
    /// A primary key is added and its index is built.
    AddPrimaryKey,
    /// A primary key is added on an existing index.
    AddPrimaryKeyReady,
    /// A primary key is replaced by another.
    ReplacePrimaryKey,
    /// A primary key is dropped.
    DropPrimaryKey,
    /// An existing constraint is validated: every row is checked.
    Validate,
    /// A foreign key is dropped.
    DropForeignKey,
    /// A check or a unique constraint is dropped.
    DropConstraint,
    /// A constraint is renamed.
    RenameConstraint,
    /// An index is built.
    CreateIndex,
    /// An index is built concurrently, while other sessions write.
    CreateIndexConcurrently,
    /// A full-text or spatial index is built.
    CreateSpecialIndex,
    /// An index is dropped.
    DropIndex,
    /// An index is dropped concurrently, after its users have finished.
    DropIndexConcurrently,
    /// An index is renamed.
    RenameIndex,
    /// An index is rebuilt.
    Reindex,
    /// An index is rebuilt concurrently, while other sessions write.
    ReindexConcurrently,
    /// A table is rewritten, to reorder its rows or to reclaim space (`CLUSTER`, `VACUUM FULL`, `OPTIMIZE TABLE`).
    Repack,
    /// A table is converted to another character set.
    ConvertCharacters,
    /// A comment changes.
    Comment,
    /// A table setting changes that does not affect stored rows.
    Setting,
    /// A trigger is created.
    CreateTrigger,
    /// A trigger is dropped.
    DropTrigger,
    /// Row security is enabled or disabled.
    RowSecurity,
    /// Rows are inserted.
    Insert,
    /// Rows are updated.
    Update,
    /// Rows are deleted.
    Delete,
    /// Anything else.
    Other,
}
