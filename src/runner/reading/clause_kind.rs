//! What a clause of a statement does to a table that is there: the words in which the tables of locks are written.
//!
//! Must not know SQL, or what any one database pays.

use serde::Serialize;

/// One kind of clause, as fine as locks and work tell clauses apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClauseKind {
    /// A table is created.
    CreateTable,
    /// A table is dropped.
    DropTable,
    /// A table gets another name.
    RenameTable,
    /// A table is emptied.
    Truncate,
    /// A column comes, with no default or one that is the same for every row.
    AddColumn,
    /// A column comes with a default that is worked out for each row.
    AddColumnFilled,
    /// A column comes that is computed and stored.
    AddColumnStored,
    /// A column comes that is computed when it is read.
    AddColumnVirtual,
    /// A column comes that numbers itself.
    AddColumnNumbered,
    /// A column goes.
    DropColumn,
    /// A column gets another name.
    RenameColumn,
    /// A column stops taking NULL.
    SetNotNull,
    /// A column stops taking NULL, and a check that is valid proves that there is none.
    SetNotNullProven,
    /// A column takes NULL from now on.
    DropNotNull,
    /// A column's default comes, goes or changes.
    SetDefault,
    /// A column's type changes so that the stored values stay as they are.
    Widen,
    /// A column's type changes and every value is stored anew.
    Retype,
    /// A column's type changes, and whether values are stored anew depends on what it was.
    RetypeFromUnknown,
    /// An enum column takes another value, behind those it has.
    AppendValue,
    /// A column moves to another place.
    Reorder,
    /// A foreign key comes, and every row is checked.
    AddForeignKey,
    /// A foreign key comes, and rows that are there are not checked.
    AddForeignKeyUnchecked,
    /// A check comes, and every row is checked.
    AddCheck,
    /// A check comes, and rows that are there are not checked.
    AddCheckUnchecked,
    /// An exclusion constraint comes.
    AddExclusion,
    /// A unique constraint comes with its index.
    AddUnique,
    /// A unique constraint comes on an index that is there.
    AddUniqueReady,
    /// Rows that are there must not hold the same twice from now on.
    AddsUniqueness,
    /// A primary key comes with its index.
    AddPrimaryKey,
    /// A primary key comes on an index that is there.
    AddPrimaryKeyReady,
    /// A primary key takes the place of another.
    ReplacePrimaryKey,
    /// A primary key goes.
    DropPrimaryKey,
    /// Every row is checked against a constraint that is there.
    Validate,
    /// A foreign key goes.
    DropForeignKey,
    /// A check or a unique constraint goes.
    DropConstraint,
    /// A constraint gets another name.
    RenameConstraint,
    /// An index is built.
    CreateIndex,
    /// An index is built while rows change.
    CreateIndexConcurrently,
    /// An index on words or places is built.
    CreateSpecialIndex,
    /// An index goes.
    DropIndex,
    /// An index goes once nobody uses it.
    DropIndexConcurrently,
    /// An index gets another name.
    RenameIndex,
    /// An index is built anew.
    Reindex,
    /// An index is built anew while rows change.
    ReindexConcurrently,
    /// A table is written anew in another order, or to give back room.
    Repack,
    /// A table's characters are converted.
    ConvertCharacters,
    /// A comment changes.
    Comment,
    /// A setting of a table that its rows do not depend on changes.
    Setting,
    /// A trigger comes.
    CreateTrigger,
    /// A trigger goes.
    DropTrigger,
    /// Row security is switched.
    RowSecurity,
    /// Rows are inserted.
    Insert,
    /// Rows are changed.
    Update,
    /// Rows are deleted.
    Delete,
    /// Anything else.
    Other,
}
