//! Columns of inherited tables: a change of a parent's column applies to its inheriting tables too.
//!
//! An heir that declares the column itself has it before the parent gets it and keeps it when the parent drops it, so its
//! values are never lost. Must not know how a step is written.

use std::collections::BTreeSet;

use crate::dialect::{Product, Step, Unsupported};
use crate::plan::{Alter, Object, Op, Plan, apply};
use crate::schema::{Change, Column, Name, ObjectName, Place, Schema, Table};

use super::super::words;
use super::{Walk, quoted};

/// Columns are added to inheriting tables before their parents, and dropped from parents first.
pub(super) fn arrange(mut ops: Vec<Op>, from: &Schema) -> Vec<Op> {
    let mut to = from.clone();
    let _ = apply(&Plan::new(ops.clone()), &mut to);
    let priority = |op: &Op| match op {
        Op::Create(Object::Column(table, _)) => Some((true, depth(&to, table))),
        Op::Drop(Object::Column(table, _)) => Some((false, depth(from, table))),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    };
    let runs = ops.chunk_by_mut(|one, other| priority(one).map(|it| it.0) == priority(other).map(|it| it.0));
    for run in runs {
        run.sort_by_key(|op| match priority(op) {
            Some((true, depth)) => -depth,
            Some((false, depth)) => depth,
            None => 0,
        });
    }
    ops
}

/// How many generations of parents a table has.
fn depth(schema: &Schema, table: &ObjectName) -> i32 {
    ancestors(schema, table).len().try_into().unwrap_or(i32::MAX)
}

fn ancestors<'s>(schema: &'s Schema, table: &ObjectName) -> BTreeSet<&'s ObjectName> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = schema.tables.get(table).into_iter().collect();
    while let Some(table) = open.pop() {
        let Some(parents) = table.options.get("inherits") else { continue };
        let parents = words::split_list(parents);
        let parents = schema.tables.values().filter(|table| parents.contains(&quoted(&table.name)));
        open.extend(parents.filter(|parent| found.insert(&parent.name)));
    }
    found
}

fn is_inherited(column: &Column) -> bool {
    column.options.contains_key("inherited")
}

impl Walk<'_> {
    /// Alters a column. One that a parent has too waits until the parents are altered: they may have done it already, or have
    /// done too much.
    pub(super) fn alter_column(
        &mut self,
        table: &ObjectName,
        change: &Change<Column>,
        rest: &[Op],
    ) -> Result<(), Unsupported> {
        let op = Op::Alter(Alter::Column(table.clone(), change.clone()));
        let name = &change.to.name;
        let has_it = |parent: &&ObjectName| {
            self.state.tables.get(parent).is_some_and(|parent| parent.columns.contains_key(name))
        };
        let inherited = (is_inherited(&change.from), is_inherited(&change.to));
        if !ancestors(&self.state, table).iter().any(has_it) && inherited == (false, false) {
            self.direct(op);
            self.hand_down(table, change);
            return Ok(());
        }
        // A table that leaves its parent keeps the columns.
        let leaves = rest.iter().any(|op| match op {
            Op::Alter(Alter::Options(other, options)) => {
                other == table && options.from.get("inherits") != options.to.get("inherits")
            }
            _ => false,
        });
        if inherited.0 != inherited.1 && (inherited.1 || !leaves) {
            return Err(Unsupported {
                product: Product::Postgres,
                place: Place::column(table, name),
                reason: "a column cannot move between a table and its parent where it stands".to_owned(),
                hint: format!(
                    "write the move by hand: `gen migration <Name> --empty`, then add a column, copy `{name}` into it, and drop the old one"
                ),
            });
        }
        self.held.entry((table.clone(), name.clone())).or_insert_with(|| change.from.clone());
        self.follow(&op);
        Ok(())
    }

    /// Records the defaults and NOT NULL that the columns of a new table have from its parents; it may have others.
    pub(super) fn take_over(&mut self, table: &Table) {
        let parents = words::split_list(table.options.get("inherits").map_or("", String::as_str));
        for column in table.columns.values().filter(|column| is_inherited(column)) {
            let parents = parents.iter().filter_map(|parent| {
                self.state.tables.values().find(|table| quoted(&table.name) == *parent)?.columns.get(&column.name)
            });
            let Some(given) = parents.clone().next() else { continue };
            let mut held = column.clone();
            held.nullable = parents.clone().all(|parent| parent.nullable);
            // The default of a numbered column reads its sequence.
            if given.identity.is_none() {
                held.default.clone_from(&given.default);
            }
            if held != *column {
                self.held.insert((table.name.clone(), column.name.clone()), held);
            }
        }
    }

    /// Records the effect of a change on the same column of all inheriting tables.
    fn hand_down(&mut self, table: &ObjectName, change: &Change<Column>) {
        for heir in self.state.tables.values().filter(|heir| ancestors(&self.state, &heir.name).contains(table)) {
            let Some(column) = heir.columns.get(&change.to.name) else { continue };
            let held = self.held.entry((heir.name.clone(), column.name.clone())).or_insert_with(|| column.clone());
            carry(change, held);
        }
    }

    /// Changes the columns of inheriting tables to their final form, as far as their parents have not.
    pub(super) fn alter_heirs(&mut self) {
        while let Some(key) = self.held.keys().min_by_key(|(table, _)| depth(&self.state, table)).cloned() {
            let Some(held) = self.held.remove(&key) else { return };
            let (table, name): (ObjectName, Name) = key;
            // What is dropped later may be whatever its parents made it.
            if self.leaving.contains(&Place::table(&table)) || self.leaving.contains(&Place::column(&table, &name)) {
                continue;
            }
            let wanted = self.state.tables.get(&table).and_then(|table| table.columns.get(&name)).cloned();
            let Some(wanted) = wanted.filter(|wanted| *wanted != held) else { continue };
            let change = Change::new(held, wanted);
            self.steps.push(Step::Direct(Op::Alter(Alter::Column(table.clone(), change.clone()))));
            self.hand_down(&table, &change);
        }
    }
}

/// What PostgreSQL does to an heir's column when the parent's is changed so.
fn carry(change: &Change<Column>, heir: &mut Column) {
    let Change { from, to } = change;
    if from.data_type != to.data_type || from.collation != to.collation {
        heir.data_type = to.data_type.clone();
        heir.collation.clone_from(&to.collation);
    }
    if from.nullable != to.nullable {
        heir.nullable = to.nullable;
    }
    if from.default != to.default {
        heir.default.clone_from(&to.default);
    }
    for key in ["storage", "statistics"] {
        let (old, new) = (from.options.get(key), to.options.get(key));
        if old != new {
            match new {
                Some(value) => heir.options.insert(key.to_owned(), value.clone()),
                None => heir.options.remove(key),
            };
        }
    }
}
