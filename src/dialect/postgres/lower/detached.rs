//! The objects that are dropped before a plan and created again after it, and the search that collects them.
//!
//! Must not know which objects depend on a change.

use std::collections::BTreeSet;

use crate::plan::{Object, Op, Rename};
use crate::schema::{ObjectName, Schema};

/// The objects that are dropped before the plan and created again after it.
#[derive(Debug, Default)]
pub(super) struct DetachedObjects {
    /// Views and definitions above tables, as they are and as they will be.
    pub above_before: Vec<Object>,
    pub above_after: Vec<Object>,
    /// Columns whose default or type is removed before and restored after.
    pub unset: Vec<Op>,
    pub reset: Vec<Op>,
    /// Dropped before, as they are.
    pub before: Vec<Object>,
    /// Created after, as they will be.
    pub after: Vec<Object>,
}

/// The search, over the plan and the schema on both sides of it.
pub(super) struct Search<'a> {
    pub(super) ops: &'a [Op],
    pub(super) from: &'a Schema,
    pub(super) to: &'a Schema,
    pub(super) detached: DetachedObjects,
    /// Views that have to go.
    pub(super) moved: BTreeSet<ObjectName>,
}

impl Search<'_> {
    pub(super) fn is_dropped(&self, object: &Object) -> bool {
        self.ops.iter().any(|op| matches!(op, Op::Drop(dropped) if dropped.place() == object.place()))
    }

    /// The name of a table after the plan.
    pub(super) fn later_table(&self, name: &ObjectName) -> ObjectName {
        self.ops.iter().fold(name.clone(), |name, op| match op {
            Op::Rename(Rename::Table(change)) if change.from == name => change.to.clone(),
            _ => name,
        })
    }

    /// Detaches an object; `after` is the object in its place after the plan.
    pub(super) fn take(&mut self, before: Object, after: Option<Object>) {
        if self.is_dropped(&before) || self.detached.before.contains(&before) {
            return;
        }
        self.detached.before.push(before);
        self.detached.after.extend(after);
    }

    /// Whether the plan leaves an object unchanged.
    pub(super) fn stays(&self, object: &Object) -> bool {
        !self.ops.iter().any(|op| op.place() == object.place())
    }

    /// Detaches an object above tables, and restores it unchanged.
    pub(super) fn take_above(&mut self, object: &Object) {
        if self.stays(object) && !self.detached.above_before.contains(object) {
            self.detached.above_before.push(object.clone());
            self.detached.above_after.push(object.clone());
        }
    }
}
