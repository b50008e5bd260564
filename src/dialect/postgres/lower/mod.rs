//! Lowering: a plan in steps PostgreSQL can do.
//!
//! Must not know how a step is written. Every step is found by walking the plan over the schema it starts from.

mod attached;
pub(super) mod columns;
mod dependents;
mod detached;
mod inherited;
mod kept;
mod order;
mod repartition;
mod replaced;
mod rows;
mod sequences;

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Product, Step, Unsupported};
use crate::plan::{Alter, Names, Object, Op, Plan, Rename, Shape, Space, apply, destroys};
use crate::schema::{
    Change, Column, Definition, DefinitionKind, DependencyLayer, EnumType, Name, ObjectName, Place, PrimaryKey,
    Routine, Schema, Table,
};

use super::words;

pub(super) use rows::arrange;

/// Turns a plan into steps.
pub(super) fn lower(plan: &Plan, from: &Schema, names: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
    let ops = inherited::arrange(plan.ops().to_vec(), from);
    let carried = sequences::carry(ops, from);
    let (mut ops, from) = (carried.ops, &carried.from);
    let repartitioned = repartition::find(&mut ops, from);
    let mut detached = dependents::find(&ops, from);
    for (before, after) in repartitioned.keys(from, &ops) {
        let is_dropped = |op: &Op| matches!(op, Op::Drop(object) if object.place() == before.place());
        if !ops.iter().any(is_dropped) {
            detached.before.push(before);
            detached.after.extend(after);
        }
    }
    let moving = attached::find(&mut ops);
    let ops = order::with_detached(ops, detached, from);
    let leaving = ops.iter().filter(|op| destroys(op)).map(Op::place).collect();
    let mut walk = Walk { names, state: from.clone(), held: BTreeMap::new(), leaving, steps: Vec::new() };
    walk.alter_identities(carried.before);
    let gone: BTreeSet<ObjectName> = ops.iter().filter_map(dropped_relation).collect();
    let ops: Vec<Op> = ops.into_iter().filter(|op| !dropped_with_owner(op, &gone)).collect();
    let all = keys_in_turn(ops, names);
    for (at, op) in all.iter().enumerate() {
        if !matches!(op, Op::Alter(Alter::Column(..))) {
            walk.alter_heirs();
        }
        match op {
            Op::Alter(Alter::Options(table, change)) if repartition::is_repartitioned(change) => {
                walk.repartition(table, change, &repartitioned);
            }
            Op::Create(Object::Definition(it)) if walk.state.tables.contains_key(&it.id.name) && is_partition(it) => {
                walk.attach(it)?;
            }
            Op::Create(Object::Definition(it)) if is_partition(it) && walk.state.definitions.contains_key(&it.id) => {
                let from = walk.state.definitions.get(&it.id).cloned().unwrap_or_else(|| it.clone());
                walk.hand_over(&from, it, &moving)?;
            }
            Op::Create(Object::Table(it)) if walk.state.relation_beside(&it.name).is_some_and(is_partition) => {
                walk.detach(it, &moving)?;
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {
                walk.lower(op, all.get(at + 1..).unwrap_or_default())?;
            }
        }
    }
    walk.alter_heirs();
    walk.alter_identities(carried.after);
    Ok(kept::with_kept(walk.steps))
}

fn is_partition(definition: &Definition) -> bool {
    definition.id.kind == DefinitionKind::Partition
}

/// Primary keys that are only renamed, to a name that another of them has until then: they are swapped through intermediate
/// names.
fn keys_in_turn(ops: Vec<Op>, names: &Names<'_>) -> Vec<Op> {
    fn renamed(op: &Op) -> Option<(&ObjectName, &Change<PrimaryKey>, &Name, &Name)> {
        let Op::Alter(Alter::PrimaryKey(table, change)) = op else { return None };
        let (old, new) = (change.from.name.as_ref()?, change.to.name.as_ref()?);
        change.from.is_only_renamed(&change.to).then_some((table, change, old, new))
    }
    let given_up: BTreeSet<Name> = ops.iter().filter_map(renamed).map(|(_, _, old, _)| old.clone()).collect();
    if !ops.iter().filter_map(renamed).any(|(_, _, _, new)| given_up.contains(new)) {
        return ops;
    }
    let (mut aside, mut back) = (Vec::new(), Vec::new());
    let mut others = Vec::new();
    for op in ops {
        match renamed(&op).filter(|(_, _, _, new)| given_up.contains(*new)) {
            Some((table, change, old, _)) => {
                let shape = Shape { before: "", stem: old.as_str(), after: "_between" };
                let name = names.invent(&Space::Objects, shape);
                let between = PrimaryKey { name: Some(name), ..change.from.clone() };
                let first = Change::new(change.from.clone(), between.clone());
                let then = Change::new(between, change.to.clone());
                aside.push(Op::Alter(Alter::PrimaryKey(table.clone(), first)));
                back.push(Op::Alter(Alter::PrimaryKey(table.clone(), then)));
            }
            None => others.push(op),
        }
    }
    let is_key = |op: &Op| matches!(op, Op::Alter(Alter::PrimaryKey(..)));
    let is_rename = |op: &Op| matches!(op, Op::Rename(_));
    let begin = others.iter().rposition(is_rename).map_or(0, |at| at + 1);
    let end = others.iter().rposition(is_key).map_or(begin, |at| (at + 1).max(begin));
    others.splice(end..end, back);
    others.splice(begin..begin, aside);
    others
}

/// The relation (table, view, partition, foreign table) dropped by an operation.
fn dropped_relation(op: &Op) -> Option<ObjectName> {
    match op {
        Op::Drop(Object::Table(table)) => Some(table.name.clone()),
        Op::Drop(Object::View(view)) => Some(view.name.clone()),
        Op::Drop(Object::Definition(definition)) if definition.id.kind.layer() == DependencyLayer::LikeTable => {
            Some(definition.id.name.clone())
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// Comments, grants and settings are dropped implicitly with their table.
fn dropped_with_owner(op: &Op, gone: &BTreeSet<ObjectName>) -> bool {
    let Op::Drop(Object::Definition(definition)) = op else { return false };
    let said =
        [DefinitionKind::PartitionPart, DefinitionKind::Comment, DefinitionKind::Privilege, DefinitionKind::Setting];
    // A sequence would be dropped with its owning table, and a foreign key of a partition blocks the drop of the referenced
    // table.
    let holds = |need: &Place| match need {
        Place::Definition(id) if id.kind == DefinitionKind::Partition => definition.id.on.as_ref() != Some(&id.name),
        Place::Definition(id) => id.kind == DefinitionKind::Sequence,
        Place::Table(..) => {
            definition.id.kind == DefinitionKind::PartitionPart && words::mentions(definition.create.text(), "foreign")
        }
        Place::Enum(_) | Place::View(_) | Place::Routine(_) => false,
    };
    !definition.needs.iter().any(holds)
        && said.contains(&definition.id.kind)
        && definition.id.on.as_ref().is_some_and(|owner| gone.contains(owner))
}

fn quoted(name: &ObjectName) -> String {
    super::render::quote_object(name)
}

/// A routine's definition up to its body: its name, arguments and result.
fn head(definition: &str) -> &str {
    // Of the same length, so that what is found in one is at the same place in the other.
    let folded = definition.to_ascii_lowercase();
    let flat = folded.replace(['\n', '\r', '\t'], " ");
    let body = [" begin atomic", " return ", " as $", " as '"].iter().filter_map(|mark| flat.find(mark));
    let end = body.chain(folded.find("\nas ")).min();
    definition.get(..end.unwrap_or(definition.len())).unwrap_or(definition)
}

/// The name of a routine or an aggregate without its argument types.
fn called(name: &ObjectName) -> &str {
    let name = name.name.as_str();
    name.split_once('(').map_or(name, |(name, _)| name)
}

/// The schema after the steps so far, and the steps.
struct Walk<'a> {
    names: &'a Names<'a>,
    state: Schema,
    /// Columns of inheriting tables that still differ from the state, as the database has them.
    held: BTreeMap<(ObjectName, Name), Column>,
    /// Tables and columns that are dropped in the end.
    leaving: BTreeSet<Place>,
    steps: Vec<Step>,
}

impl Walk<'_> {
    /// Adds an operation unchanged.
    fn direct(&mut self, op: Op) {
        self.follow(&op);
        self.steps.push(Step::Direct(op));
    }

    /// A plan that does not fit its schema is the caller's mistake and shows when it is proven; lowering goes on.
    fn follow(&mut self, op: &Op) {
        // A column may have let go of its default or type meanwhile.
        if let Op::Alter(Alter::Column(table, change)) = op
            && change.from.name == change.to.name
            && let Some(column) =
                self.state.tables.get_mut(table).and_then(|table| table.columns.get_mut(&change.to.name))
        {
            column.clone_from(&change.to);
            return;
        }
        let _ = apply(&Plan::new(vec![op.clone()]), &mut self.state);
    }

    fn lower(&mut self, op: &Op, rest: &[Op]) -> Result<(), Unsupported> {
        match op {
            Op::Alter(Alter::Enum(change)) => self.change_enum(op, change, rest),
            Op::Create(Object::Table(table)) if table.options.contains_key("inherits") => {
                self.direct(op.clone());
                self.take_over(table);
            }
            Op::Alter(Alter::Column(table, change)) if columns::is_made_anew(change) => {
                self.direct(Op::Drop(Object::Column(table.clone(), change.from.clone())));
                self.direct(Op::Create(Object::Column(table.clone(), change.to.clone())));
            }
            Op::Alter(Alter::Column(table, change)) => {
                let change = self.make_way_for_sequence(table, change);
                self.alter_column(table, &change, rest)?;
            }
            Op::Alter(Alter::Definition(change))
                if change.to.id.kind == DefinitionKind::Partition && !super::render::changes_in_place(change) =>
            {
                return Err(Unsupported {
                    product: Product::Postgres,
                    place: op.place(),
                    reason: "a partition with rows cannot be divided otherwise where it stands".to_owned(),
                    hint: "write the move by hand: `gen migration <Name> --empty`, then create another partition, move the rows, and drop this one".to_owned(),
                });
            }
            Op::Alter(Alter::Routine(change)) if head_differs(change) => {
                self.direct(Op::Drop(Object::Routine(change.from.clone())));
                self.direct(Op::Create(Object::Routine(change.to.clone())));
            }
            Op::Rename(Rename::Table(change)) => self.rename_table(change),
            Op::Rename(Rename::Enum(change)) => {
                for part in self.moves(change) {
                    self.direct(Op::Rename(Rename::Enum(part)));
                }
            }
            Op::Rename(Rename::Column(table, change)) => {
                let numbered = self.state.tables.get(table).and_then(|table| table.columns.get(&change.from)).cloned();
                self.direct(op.clone());
                let old = numbered.map(|column| columns::default_sequence(table, &column));
                self.rename_sequence(table, &change.to, old);
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => self.direct(op.clone()),
        }
        Ok(())
    }

    fn change_enum(&mut self, op: &Op, change: &Change<EnumType>, rest: &[Op]) {
        if !only_adds(change) {
            let name = &change.from.name;
            let mut columns: Vec<(ObjectName, Column)> = Vec::new();
            for table in self.state.tables.values() {
                let own = table.columns.values().filter(|column| column.data_type.enum_name() == Some(name));
                columns.extend(own.map(|column| (table.name.clone(), column.clone())));
            }
            self.follow(op);
            let shape = Shape { before: "", stem: name.name.as_str(), after: "_old" };
            let aside = self.names.invent(&Space::Objects, shape);
            self.steps.push(Step::SwapEnum(change.clone(), columns, aside));
            return;
        }
        let added: Vec<&String> = change.to.values.iter().filter(|text| !change.from.values.contains(text)).collect();
        let used = rest.iter().any(|later| added.iter().any(|value| columns::uses_string(later, value)));
        if used {
            // PostgreSQL refuses a new value in the transaction that adds it.
            self.follow(op);
            self.steps.push(Step::Apart(op.clone()));
        } else {
            self.direct(op.clone());
        }
    }

    fn rename_table(&mut self, change: &Change<ObjectName>) {
        let columns: Vec<Column> = match self.state.tables.get(&change.from) {
            Some(table) => table.columns.values().filter(|column| column.identity.is_some()).cloned().collect(),
            None => Vec::new(),
        };
        for part in self.moves(change) {
            let renamed = part.from.name != part.to.name;
            self.direct(Op::Rename(Rename::Table(part.clone())));
            for column in columns.iter().filter(|_| renamed) {
                // A sequence moves to another schema with its table, but keeps its name.
                let old = columns::default_sequence(&part.from, column);
                self.rename_sequence(&part.to, &column.name, Some(old));
            }
        }
    }

    /// A move to another schema and another name takes two statements, or three where its name is taken there.
    fn moves(&self, change: &Change<ObjectName>) -> Vec<Change<ObjectName>> {
        let (from, to) = (&change.from, &change.to);
        if from.schema == to.schema || from.name == to.name {
            return vec![change.clone()];
        }
        let there = ObjectName { schema: to.schema.clone(), name: from.name.clone() };
        let mut stations = vec![from.clone()];
        if holds(&self.state, &there) {
            let shape = Shape { before: "", stem: from.name.as_str(), after: "_between" };
            let name = self.names.invent(&Space::Objects, shape);
            stations.extend([&from.schema, &to.schema].map(|it| ObjectName { schema: it.clone(), name: name.clone() }));
        } else {
            stations.push(there);
        }
        stations.push(to.clone());
        stations.windows(2).filter_map(|pair| Some(Change::new(pair.first()?.clone(), pair.get(1)?.clone()))).collect()
    }

    /// The sequence behind a numbered column is called after table and column, and follows them.
    fn rename_sequence(&mut self, table: &ObjectName, column: &Name, old: Option<ObjectName>) {
        let Some(column) = self.state.tables.get(table).and_then(|table| table.columns.get(column)) else { return };
        let Some(old) = old.filter(|_| column.identity.is_some() && !column.options.contains_key("sequence")) else {
            return;
        };
        if old == columns::default_sequence(table, column) {
            return;
        }
        let mut before = column.clone();
        before.options.insert("sequence".to_owned(), quoted(&old));
        let change = Change::new(before, column.clone());
        self.steps.push(Step::Direct(Op::Alter(Alter::Column(table.clone(), change))));
    }
}

/// Whether something in the schema has the name of a table or a type.
fn holds(schema: &Schema, name: &ObjectName) -> bool {
    let within = |table: &Table| {
        let key = table.primary_key.as_ref().and_then(|key| key.name.as_ref());
        table.name.schema == name.schema
            && (table.indexes.contains_key(&name.name)
                || table.uniques.contains_key(&name.name)
                || key == Some(&name.name))
    };
    schema.tables.contains_key(name)
        || schema.enums.contains_key(name)
        || schema.views.contains_key(name)
        || schema.definitions.keys().any(|id| id.on.is_none() && id.name == *name)
        || schema.tables.values().any(within)
}

/// Whether every old value is still there and in the same order.
fn only_adds(change: &Change<EnumType>) -> bool {
    let mut rest = change.to.values.iter();
    change.from.values.iter().all(|old| rest.any(|new| new == old))
}

/// PostgreSQL replaces a routine only where its arguments' names and its result stay.
fn head_differs(change: &Change<Routine>) -> bool {
    let squeeze = |routine: &Routine| {
        let head = head(routine.definition.text());
        let head = head.split("\n LANGUAGE").next().unwrap_or(head);
        head.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    };
    squeeze(&change.from) != squeeze(&change.to) || change.from.kind != change.to.kind
}

#[cfg(test)]
mod tests;
