//! Steps: what lowering makes of operations.
//!
//! Must not know which database takes which step.

use std::collections::BTreeSet;

use super::rows::RowStep;
use crate::plan::{Alter, Object, Op, becomes_computed};
use crate::schema::{Change, Column, Definition, EnumType, Name, ObjectName, Place, Table};

/// A step that one database can execute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An operation the database supports directly.
    Direct(Op),
    /// An operation the database supports directly, but outside any transaction (PostgreSQL: an enum value that the rest of
    /// the plan already uses, an index built concurrently).
    Apart(Op),
    /// Several operations on one table that the database does in one `ALTER TABLE` (MySQL and MariaDB).
    Together(ObjectName, Vec<Op>),
    /// A table rebuild that copies the rows, where the database cannot alter the table in place (SQLite).
    Rebuild(Box<Rebuild>),
    /// A table rebuild that copies the rows, because the partitioning changes (PostgreSQL).
    Repartition(Box<Repartition>),
    /// An enum type replaced by a new one of the same name, where values cannot be removed (PostgreSQL). The columns are
    /// all that have the type, as they are before, with their tables. The old type has the name at the end meanwhile.
    SwapEnum(Change<EnumType>, Vec<(ObjectName, Column)>, Name),
    /// Several operations on one table in one `ALTER TABLE` that says by which algorithm they are done (MySQL and MariaDB).
    Online(ObjectName, Vec<Op>, Online),
    /// Validates a constraint that was added without checking existing rows, outside the transaction that added it, because
    /// that one holds a stronger lock (PostgreSQL).
    Validate(ObjectName, Name),
    /// A key added on an existing index of the same name (PostgreSQL).
    Attach(Op),
    /// Reads owner, privileges and labels of rebuilt objects, each with its place before and after (PostgreSQL).
    Keep(Vec<Change<Place>>),
    /// Restores what was read (PostgreSQL).
    GiveBack,
    /// Attaches a table as a partition (PostgreSQL).
    AttachPartition(Definition),
    /// Detaches a partition as a table (PostgreSQL).
    DetachPartition(Definition),
    /// A check of existing rows, or a change of stored values.
    Rows(RowStep),
}

/// The steps of one direction of a migration, in the order in which they are executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// The steps.
    pub steps: Vec<Step>,
    /// The columns whose former values have another name until they are dropped.
    pub former: Vec<FormerColumn>,
    /// Remarks for the reader, written above the first statement.
    pub remarks: Vec<String>,
    /// The tables with a default such as `0000-00-00`.
    pub zero_dates: BTreeSet<Name>,
}

impl Steps {
    /// Steps without a remark.
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps, ..Self::default() }
    }
}

/// A column whose former values are dropped under another name, which tells a reader nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: Name,
    /// The name of the column that has the former values.
    pub aside: Name,
    /// Whether the column has the same values, so that nothing is lost.
    pub copied: bool,
}

impl Step {
    /// The columns that have the values of those it drops, in words.
    pub fn copies(&self, former: &[FormerColumn]) -> Vec<String> {
        let of = |op: &Op| match op {
            Op::Drop(Object::Column(table, column)) => {
                is_copied(former, table, &column.name).map(|copy| format!("{table}.{copy}"))
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        };
        match self {
            Self::Direct(op) => of(op).into_iter().collect(),
            Self::Together(_, ops) | Self::Online(_, ops, _) => ops.iter().filter_map(of).collect(),
            Self::Apart(_)
            | Self::Rebuild(_)
            | Self::Repartition(_)
            | Self::SwapEnum(..)
            | Self::Validate(..)
            | Self::Attach(_)
            | Self::Keep(_)
            | Self::GiveBack
            | Self::AttachPartition(_)
            | Self::DetachPartition(_)
            | Self::Rows(_) => Vec::new(),
        }
    }

    /// The rows and values it destroys, in words.
    pub fn loses(&self, former: &[FormerColumn]) -> Vec<String> {
        let values = |table: &ObjectName, column: &Column| match former
            .iter()
            .find(|it| it.table == *table && it.aside == column.name)
        {
            Some(it) => format!("the former values of column {table}.{}", it.column),
            None => format!("the values of column {table}.{}", column.name),
        };
        let of = |op: &Op| match op {
            Op::Drop(Object::Column(table, column)) if is_copied(former, table, &column.name).is_some() => None,
            Op::Drop(Object::Table(table)) => Some(format!("the rows of table {}", table.name)),
            Op::Drop(Object::Column(table, column)) if column.generated.is_none() => Some(values(table, column)),
            Op::Alter(Alter::Column(table, change)) if becomes_computed(change) => Some(values(table, &change.from)),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        };
        match self {
            Self::Direct(op) | Self::Apart(op) => of(op).into_iter().collect(),
            Self::Together(_, ops) | Self::Online(_, ops, _) => ops.iter().filter_map(of).collect(),
            Self::Rebuild(rebuild) => {
                let gone = |column: &&Column| {
                    let later = rebuild.to.columns.get(&column.name);
                    column.generated.is_none() && later.is_none_or(|later| later.generated.is_some())
                };
                let gone = rebuild.from.columns.values().filter(gone);
                gone.map(|column| values(&rebuild.to.name, column)).collect()
            }
            Self::Repartition(_)
            | Self::SwapEnum(..)
            | Self::Validate(..)
            | Self::Attach(_)
            | Self::Keep(_)
            | Self::GiveBack
            | Self::AttachPartition(_)
            | Self::DetachPartition(_)
            | Self::Rows(_) => Vec::new(),
        }
    }
}

/// The column that has the same values as a dropped one.
fn is_copied<'a>(former: &'a [FormerColumn], table: &ObjectName, column: &Name) -> Option<&'a Name> {
    former.iter().find(|it| it.copied && it.table == *table && it.aside == *column).map(|it| &it.column)
}

/// How a server is told to alter a table, or to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Online {
    /// The `ALGORITHM` clause.
    pub algorithm: &'static str,
    /// The `LOCK` clause; empty to leave it to the server.
    pub lock: &'static str,
    /// Whether every row is rewritten while writers wait.
    pub copies: bool,
}

/// A table rebuild.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// The whole table as it is, foreign keys, indexes and triggers included.
    pub from: Table,
    /// The whole table as it will be.
    pub to: Table,
    /// The intermediate name of the new table.
    pub meanwhile: Name,
}

/// A change of a table's partitioning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repartition {
    /// The table as it is.
    pub from: Table,
    /// The table as it will be.
    pub to: Table,
    /// What the old table, and then its partitions, are called while both are there.
    pub aside: Vec<Change<ObjectName>>,
    /// The new table's partitions, each behind the one it belongs to.
    pub partitions: Vec<Definition>,
}
