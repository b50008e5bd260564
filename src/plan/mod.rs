//! The verbs: operations as data, their inverse, their order, and an interpreter that applies them to a schema in memory.
//!
//! Must not know SQL, any database, or how operations are found.

mod apply;
pub mod cast;
mod claims;
pub mod cost;
mod dependency;
mod describe;
mod existence;
mod names;
mod naming;
mod near;
mod op;
mod order;
mod rows;
mod words;

use serde::{Deserialize, Serialize};

use crate::schema::{DefinitionKind, ObjectName, Schema};

pub use apply::{Refusal, apply};
pub use claims::{RENAMED, becomes_computed, claims, clears, destroys};
pub use cost::Forms;
pub use dependency::{ColumnDependency, KeyDependency, column_dependency, key_dependency};
pub use describe::{Sign, action_name, default_text, index_part, options as options_text, type_name};
pub use existence::stands_at;
pub use names::{Names, Shape, Space};
pub use naming::{LONGEST, NameKind, NameParts, NamePattern, Naming};
pub use near::near;
pub use op::{Alter, Object, Op, Rename, RowsChange};
pub use order::{Claims, Priority, Resource, order, sorted};
pub use rows::RowDifference;

/// Operations in dependency order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    ops: Vec<Op>,
}

impl Plan {
    /// Puts operations in order.
    pub fn new(ops: Vec<Op>) -> Self {
        Self { ops: order(ops) }
    }

    /// The operations, first to last.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Whether the object dropped under this name keeps its rows: a table becomes a partition, or a partition becomes a
    /// table.
    pub fn keeps_rows_of(&self, name: &ObjectName) -> bool {
        self.ops.iter().any(|op| match op {
            Op::Create(Object::Table(table)) => table.name == *name,
            Op::Create(Object::Definition(it)) => it.id.kind == DefinitionKind::Partition && it.id.name == *name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    }

    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The renames, in order.
    pub fn renames(&self) -> impl Iterator<Item = &Rename> {
        self.ops.iter().filter_map(|op| match op {
            Op::Rename(rename) => Some(rename),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) => None,
        })
    }

    /// The down plan: the inverse of every operation, sorted on its own. `from` is the schema this plan starts from.
    pub fn inverse(&self, from: &Schema) -> Self {
        words::inverse(self, from)
    }
}
