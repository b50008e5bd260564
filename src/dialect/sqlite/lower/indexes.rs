//! Names of indexes, which SQLite allows once in a database, whatever table they are on: one that a table still has is given up
//! before another takes it.
//!
//! Must not know why a step is done.

use std::collections::BTreeMap;

use crate::dialect::Step;
use crate::plan::{Object, Op, Rename};
use crate::schema::{Index, ObjectName, Schema, Table};

/// The steps, with an index dropped in front of each that takes its name.
pub(super) fn given_up(steps: Vec<Step>, from: &Schema) -> Vec<Step> {
    let mut held = Held::default();
    from.tables.values().for_each(|table| held.add(table));
    let mut done = Vec::with_capacity(steps.len());
    for step in steps {
        let taken: Vec<&Index> = match &step {
            Step::Direct(Op::Create(Object::Index(_, index))) => vec![index],
            Step::Direct(Op::Create(Object::Table(table))) => table.indexes.values().collect(),
            Step::Rebuild(rebuild) => {
                held.0.retain(|_, (owner, _)| *owner != rebuild.from.name);
                rebuild.to.indexes.values().collect()
            }
            _ => Vec::new(),
        };
        for index in taken {
            if let Some((owner, index)) = held.0.remove(&key(index)) {
                done.push(Step::Direct(Op::Drop(Object::Index(owner, index))));
            }
        }
        match &step {
            Step::Direct(Op::Create(Object::Index(table, index))) => {
                held.0.insert(key(index), (table.clone(), index.clone()));
            }
            Step::Direct(Op::Drop(Object::Index(_, index))) => drop(held.0.remove(&key(index))),
            Step::Direct(Op::Create(Object::Table(table))) => held.add(table),
            Step::Direct(Op::Drop(Object::Table(table))) => held.0.retain(|_, (owner, _)| *owner != table.name),
            Step::Direct(Op::Rename(Rename::Table(change))) => {
                let owners = held.0.values_mut().map(|(owner, _)| owner);
                owners.filter(|owner| **owner == change.from).for_each(|owner| owner.clone_from(&change.to));
            }
            Step::Rebuild(rebuild) => held.add(&rebuild.to),
            _ => {}
        }
        done.push(step);
    }
    done
}

/// The indexes that are there, by their names.
#[derive(Default)]
struct Held(BTreeMap<String, (ObjectName, Index)>);

impl Held {
    fn add(&mut self, table: &Table) {
        self.0.extend(table.indexes.values().map(|index| (key(index), (table.name.clone(), index.clone()))));
    }
}

fn key(index: &Index) -> String {
    index.name.as_str().to_lowercase()
}
