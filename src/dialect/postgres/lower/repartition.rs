//! Tables that become partitioned, stop being so, or change their partition key: they are rebuilt with their rows.
//!
//! The objects that depend on such a table are dropped first, as for a dropped column, and created again on the new table. Its
//! partitions are dropped with the old table, and created before the rows are copied. Must not know how a step is written.

use std::collections::BTreeSet;

use crate::dialect::{Repartition, Step};
use crate::plan::{Alter, Object, Op, Plan, Shape, Space, apply};
use crate::schema::{Change, Definition, DefinitionId, Identity, ObjectName, Options, PARTITION_BY, Schema, Table};

use super::super::partitions;
use super::{Walk, sequences};

/// The tables an operation makes anew.
pub(super) fn is_repartitioned(change: &Change<Options>) -> bool {
    change.from.get(PARTITION_BY) != change.to.get(PARTITION_BY)
}

/// What of a plan is done by making tables anew.
#[derive(Default)]
pub(super) struct Repartitioned {
    tables: BTreeSet<ObjectName>,
    /// The schema the plan leads to.
    to: Schema,
}

/// Finds the tables that are made anew, and takes what is done along with that out of the plan.
pub(super) fn find(ops: &mut Vec<Op>, from: &Schema) -> Repartitioned {
    let tables: BTreeSet<ObjectName> = ops
        .iter()
        .filter_map(|op| match op {
            Op::Alter(Alter::Options(table, change)) if is_repartitioned(change) => Some(table.clone()),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        })
        .collect();
    if tables.is_empty() {
        return Repartitioned::default();
    }
    let mut to = from.clone();
    let _ = apply(&Plan::new(ops.clone()), &mut to);
    let partitions: BTreeSet<DefinitionId> = tables
        .iter()
        .flat_map(|table| [partitions::of_table(from, table), partitions::of_table(&to, table)].concat())
        .map(|partition| partition.id)
        .collect();
    ops.retain(|op| match op {
        Op::Create(Object::Definition(it)) | Op::Drop(Object::Definition(it)) => !partitions.contains(&it.id),
        Op::Alter(Alter::Definition(change)) => !partitions.contains(&change.to.id),
        Op::Alter(Alter::PrimaryKey(table, _)) => !tables.contains(table),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => true,
    });
    Repartitioned { tables, to }
}

impl Repartitioned {
    /// The primary keys that go before, and come on the new table.
    pub(super) fn keys(&self, from: &Schema, ops: &[Op]) -> Vec<(Object, Option<Object>)> {
        let key = |schema: &Schema, table: &ObjectName| {
            let key = schema.tables.get(table)?.primary_key.clone()?;
            Some(Object::PrimaryKey(table.clone(), key))
        };
        let is_new = |table: &ObjectName| {
            ops.iter().any(|op| matches!(op, Op::Create(Object::PrimaryKey(other, _)) if other == table))
        };
        let both = |table| Some((key(from, table)?, key(&self.to, table).filter(|_| !is_new(table))));
        self.tables.iter().filter_map(both).collect()
    }
}

impl Walk<'_> {
    /// Makes a table anew with its rows. What numbers its columns stays.
    pub(super) fn repartition(&mut self, table: &ObjectName, change: &Change<Options>, plan: &Repartitioned) {
        let Some(old) = self.state.tables.get(table).cloned() else { return };
        let mut from = old.clone();
        let (mut before, mut owners, mut after) = (Vec::new(), Vec::new(), Vec::new());
        for column in old.columns.values().filter(|column| column.identity.is_some()) {
            let (taken_apart, owner) = sequences::apart(table, column);
            let serial = crate::schema::Column { identity: Some(Identity::Serial), ..column.clone() };
            if serial != *column {
                before.push((table.clone(), Change::new(column.clone(), serial.clone())));
                after.push((table.clone(), Change::new(serial, column.clone())));
            }
            owners.push(owner);
            from.columns.insert(taken_apart);
        }
        from.options.clone_from(&change.from);
        let to = Table { options: change.to.clone(), ..from.clone() };
        let gone = partitions::of_table(&self.state, table);
        let partitions = partitions::of_table(&plan.to, table);
        let aside = |name: &ObjectName| {
            let shape = Shape { before: "", stem: name.name.as_str(), after: "_old" };
            let away = ObjectName { schema: name.schema.clone(), name: self.names.invent(&Space::Objects, shape) };
            Change::new(name.clone(), away)
        };
        let aside = std::iter::once(table).chain(gone.iter().map(|partition| &partition.id.name)).map(aside).collect();
        for partition in &gone {
            self.state.definitions.remove(&partition.id);
        }
        for partition in &partitions {
            self.state.definitions.insert(partition.id.clone(), partition.clone());
        }
        if let Some(table) = self.state.tables.get_mut(table) {
            table.options.clone_from(&change.to);
        }
        let owner = |owner: &Definition| Object::Definition(owner.clone());
        self.alter_identities(before);
        self.steps.extend(owners.iter().map(|it| Step::Direct(Op::Drop(owner(it)))));
        self.steps.push(Step::Repartition(Box::new(Repartition { from, to, aside, partitions })));
        self.steps.extend(owners.iter().map(|it| Step::Direct(Op::Create(owner(it)))));
        self.alter_identities(after);
    }
}
