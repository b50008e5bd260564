//! Lowering: a plan in steps PostgreSQL can do.
//!
//! Must not know how a step is written. Every step is found by walking the plan over the schema it starts from.

mod around;
mod columns;

use crate::dialect::{Step, Unsupported};
use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Change, Column, EnumType, Name, ObjectName, Routine, Schema, Table, Type};

use super::words;

/// Turns a plan into steps.
pub(super) fn lower(plan: &Plan, from: &Schema) -> Result<Vec<Step>, Unsupported> {
    let ops = arranged(plan.ops());
    let around = around::find(&ops, from);
    let mut walk = Walk { state: from.clone(), steps: Vec::new() };
    let is_view = |op: &&Op| matches!(op, Op::Drop(Object::View(_)) | Op::Create(Object::View(_)));
    let (views, rest): (Vec<&Op>, Vec<&Op>) = ops.iter().partition(is_view);
    let (mut drops, mut creates): (Vec<Op>, Vec<Op>) =
        views.into_iter().cloned().partition(|op| matches!(op, Op::Drop(_)));
    drops.extend(around.views.iter().map(|view| Op::Drop(Object::View(view.clone()))));
    creates.extend(around.views.iter().map(|view| Op::Create(Object::View(view.clone()))));

    for op in Plan::new(drops).ops() {
        walk.direct(op.clone());
    }
    for op in Plan::new(around.before.into_iter().map(Op::Drop).collect()).ops() {
        walk.direct(op.clone());
    }
    for (at, op) in rest.iter().enumerate() {
        walk.lower(op, rest.get(at + 1..).unwrap_or_default());
    }
    for op in Plan::new(around.after.into_iter().map(Op::Create).collect()).ops() {
        walk.direct(op.clone());
    }
    for op in Plan::new(creates).ops() {
        walk.direct(op.clone());
    }
    Ok(walk.steps)
}

/// The operations in an order PostgreSQL takes: enum types change before the columns that use their values, also in a plan
/// that leads back, and tables are created after and dropped before the tables they inherit from.
fn arranged(ops: &[Op]) -> Vec<Op> {
    let mut ops = ops.to_vec();
    for at in 1..ops.len() {
        let mut at = at;
        while at > 0 && matches!(ops.get(at), Some(Op::Alter(Alter::Enum(_)))) {
            let passes = matches!(
                ops.get(at - 1),
                Some(Op::Alter(
                    Alter::Column(..)
                        | Alter::PrimaryKey(..)
                        | Alter::Comment(..)
                        | Alter::Options(..)
                        | Alter::Routine(_)
                ))
            );
            if !passes {
                break;
            }
            ops.swap(at - 1, at);
            at -= 1;
        }
    }
    parents_first(&mut ops, |op| match op {
        Op::Create(Object::Table(table)) => Some(table),
        _ => None,
    });
    ops.reverse();
    parents_first(&mut ops, |op| match op {
        Op::Drop(Object::Table(table)) => Some(table),
        _ => None,
    });
    ops.reverse();
    after_their_tables(ops)
}

/// Sorts the operations that `table_of` picks among themselves, each table after those it inherits from.
fn parents_first(ops: &mut [Op], table_of: impl Fn(&Op) -> Option<&Table>) {
    let places: Vec<usize> = (0..ops.len()).filter(|at| ops.get(*at).and_then(&table_of).is_some()).collect();
    let mut waiting: Vec<Op> = places.iter().filter_map(|at| ops.get(*at).cloned()).collect();
    let mut sorted = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<String> = waiting.iter().filter_map(&table_of).map(|table| quoted(&table.name)).collect();
        let free = waiting.iter().position(|op| {
            let parents = table_of(op).and_then(|table| table.options.get("inherits"));
            !parents.is_some_and(|parents| words::split_list(parents).iter().any(|parent| names.contains(parent)))
        });
        sorted.push(waiting.remove(free.unwrap_or(0)));
    }
    for (at, op) in places.into_iter().zip(sorted) {
        if let Some(place) = ops.get_mut(at) {
            *place = op;
        }
    }
}

fn quoted(name: &ObjectName) -> String {
    super::render::quote_object(name)
}

/// Routines come before tables, because columns and triggers call them; but one that speaks of a table in its arguments or
/// result, or in a body the server reads at once, comes after that table and goes before it.
fn after_their_tables(ops: Vec<Op>) -> Vec<Op> {
    let tables: Vec<Table> = ops
        .iter()
        .filter_map(|op| match op {
            Op::Create(Object::Table(table)) | Op::Drop(Object::Table(table)) => Some(table.clone()),
            _ => None,
        })
        .collect();
    let speaks_of_one = |routine: &Routine| {
        let text = routine.definition.text();
        let called = called(routine);
        let named = |text: &str| tables.iter().any(|table| words::mentions(text, table.name.name.as_str()));
        named(head(text))
            || (words::mentions(text, "sql")
                && named(text)
                && !tables.iter().any(|table| columns::table_mentions(table, called)))
    };
    let (mut first, mut middle, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for op in ops {
        match &op {
            Op::Create(Object::Routine(routine)) if speaks_of_one(routine) => last.push(op),
            Op::Drop(Object::Routine(routine)) if speaks_of_one(routine) => first.push(op),
            _ => middle.push(op),
        }
    }
    if !last.is_empty() {
        let table = middle.iter().rposition(|op| matches!(op, Op::Create(Object::Table(_))));
        let at = table.map_or(middle.len(), |position| position + 1);
        middle.splice(at..at, last);
    }
    if !first.is_empty() {
        let at = middle.iter().position(|op| matches!(op, Op::Drop(Object::Table(_)))).unwrap_or(0);
        middle.splice(at..at, first);
    }
    middle
}

/// The name a routine is called by.
fn called(routine: &Routine) -> &str {
    let name = routine.name.name.as_str();
    name.rsplit_once('(').map_or(name, |(name, _)| name)
}

/// A routine's definition up to its body: its name, arguments and result.
fn head(definition: &str) -> &str {
    let end = ["\nAS ", "\nBEGIN ATOMIC", "\nRETURN ", " AS $", " as $", " AS '", " as '", "\nas "]
        .iter()
        .filter_map(|mark| definition.find(mark))
        .min();
    definition.get(..end.unwrap_or(definition.len())).unwrap_or(definition)
}

/// The schema as the steps so far leave it, and the steps.
struct Walk {
    state: Schema,
    steps: Vec<Step>,
}

impl Walk {
    /// Takes an operation as it stands.
    fn direct(&mut self, op: Op) {
        self.follow(&op);
        self.steps.push(Step::Direct(op));
    }

    /// A plan that does not fit its schema is the caller's mistake and shows when it is proven; lowering goes on.
    fn follow(&mut self, op: &Op) {
        let _ = apply(&Plan::new(vec![op.clone()]), &mut self.state);
    }

    fn lower(&mut self, op: &Op, rest: &[&Op]) {
        match op {
            Op::Alter(Alter::Enum(change)) => self.change_enum(op, change, rest),
            Op::Alter(Alter::Column(table, change)) if columns::is_made_anew(change) => {
                self.direct(Op::Drop(Object::Column(table.clone(), change.from.clone())));
                self.direct(Op::Create(Object::Column(table.clone(), change.to.clone())));
            }
            Op::Alter(Alter::Routine(change)) if head_differs(change) => {
                self.direct(Op::Drop(Object::Routine(change.from.clone())));
                self.direct(Op::Create(Object::Routine(change.to.clone())));
            }
            Op::Rename(Rename::Table(change)) => self.rename_table(change),
            Op::Rename(Rename::Enum(change)) => {
                for part in moves(change) {
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
    }

    fn change_enum(&mut self, op: &Op, change: &Change<EnumType>, rest: &[&Op]) {
        if !only_adds(change) {
            let name = &change.from.name;
            let mut columns: Vec<(ObjectName, Column)> = Vec::new();
            for table in self.state.tables.values() {
                let own = table.columns.values().filter(|column| is_of(&column.data_type, name));
                columns.extend(own.map(|column| (table.name.clone(), column.clone())));
            }
            self.follow(op);
            self.steps.push(Step::SwapEnum(change.clone(), columns));
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
        for part in moves(change) {
            let renamed = part.from.name != part.to.name;
            self.direct(Op::Rename(Rename::Table(part.clone())));
            for column in columns.iter().filter(|_| renamed) {
                // A sequence moves to another schema with its table, but keeps its name.
                let old = columns::default_sequence(&part.from, column);
                self.rename_sequence(&part.to, &column.name, Some(old));
            }
        }
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

/// A move to another schema and another name takes two statements.
fn moves(change: &Change<ObjectName>) -> Vec<Change<ObjectName>> {
    if change.from.schema == change.to.schema || change.from.name == change.to.name {
        return vec![change.clone()];
    }
    let between = ObjectName { schema: change.to.schema.clone(), name: change.from.name.clone() };
    vec![Change::new(change.from.clone(), between.clone()), Change::new(between, change.to.clone())]
}

/// Whether every old value is still there and in the same order.
fn only_adds(change: &Change<EnumType>) -> bool {
    let mut rest = change.to.values.iter();
    change.from.values.iter().all(|old| rest.any(|new| new == old))
}

fn is_of(data_type: &Type, name: &ObjectName) -> bool {
    match data_type {
        Type::Enum(own) => own == name,
        Type::Array(element) => is_of(element, name),
        _ => false,
    }
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
