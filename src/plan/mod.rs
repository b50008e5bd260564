//! The verbs: operations as data, their inverse, their order, and an interpreter that applies them to a schema in memory.
//!
//! Must not know SQL, any database, or how operations are found.

mod apply;
pub mod cast;
pub mod deed;
mod describe;
mod ground;
mod names;
mod near;
mod op;
mod order;
pub mod reading;
mod standing;

use serde::{Deserialize, Serialize};

pub use apply::{Refusal, apply};
pub use deed::Forms;
pub use describe::{Sign, action_name, default_text, type_name};
pub use ground::{ColumnGround, KeyGround, column_ground, key_ground};
pub use names::{Names, Shape, Space};
pub use near::near;
pub use op::{Alter, Object, Op, Rename};
pub use order::{LAST, MIDDLE, order, phase};
pub use standing::stands_at;

/// Operations in an order in which each finds what it needs.
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

    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The plan that leads back: every operation's inverse, last to first.
    pub fn inverse(&self) -> Self {
        Self { ops: self.ops.iter().rev().cloned().map(Op::inverse).collect() }
    }
}
