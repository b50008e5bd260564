//! The order among what is created and what is dropped, by what each says it needs.
//!
//! A plan orders by kind: routines before tables, tables before views. PostgreSQL lets a routine speak of a table and a
//! table of a routine, so within a plan what is needed is found in the text: an operation that names something created
//! later waits for it. Must not know how a step is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Object, Op};
use crate::schema::{Column, DefaultValue, DefinitionKind, Expression, ObjectName, Routine, Table, Type};

use super::super::words;
use super::columns::index_expressions;

/// Puts operations in an order in which each finds what it needs, moving none that does not have to wait.
pub(super) fn by_need(ops: Vec<Op>) -> Vec<Op> {
    let mut ops = waiting(ops, |op| match op {
        Op::Create(object) => Some(object),
        Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    // What is dropped goes in the order in which it would be created, turned round.
    ops.reverse();
    let mut ops = waiting(ops, |op| match op {
        Op::Drop(object) => Some(object),
        Op::Create(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    ops.reverse();
    ops
}

/// What an operation waits for.
#[derive(Default)]
struct Needs {
    /// It cannot be done before these.
    hard: BTreeSet<usize>,
    /// It is better done after these: a body that is read when it is called, but checked when it is created.
    soft: BTreeSet<usize>,
}

fn waiting(ops: Vec<Op>, picked: impl Fn(&Op) -> Option<&Object>) -> Vec<Op> {
    let mut providers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, op) in ops.iter().enumerate() {
        if let Some(name) = picked(op).and_then(provided) {
            providers.entry(name).or_default().push(at);
        }
    }
    let is_relation = |at: &usize| {
        let object = ops.get(*at).and_then(&picked);
        matches!(object, Some(Object::Table(_) | Object::View(_)))
    };
    let needs = |at: usize, op: &Op| -> Needs {
        let mut needs = Needs::default();
        let Some(object) = picked(op) else { return needs };
        let said = Said::by(object);
        let found = |names: &[String]| -> Vec<usize> {
            let found = names.iter().filter_map(|name| providers.get(name)).flatten().copied();
            found.filter(|provider| *provider != at).collect()
        };
        needs.hard.extend(found(&said.anything));
        // A column may be called like a table; only what is no relation is meant by a name in an expression.
        needs.hard.extend(found(&said.expressions).into_iter().filter(|provider| !is_relation(provider)));
        needs.soft.extend(found(&said.body).into_iter().filter(is_relation));
        needs
    };
    let needs: Vec<Needs> = ops.iter().enumerate().map(|(at, op)| needs(at, op)).collect();
    let mut ordered: Vec<usize> = Vec::with_capacity(ops.len());
    let mut done = vec![false; ops.len()];
    let mut pending: Vec<usize> = Vec::new();
    let ready = |at: usize, done: &[bool], soft: bool| {
        let is_done = |need: &usize| done.get(*need).copied().unwrap_or(true);
        needs.get(at).is_none_or(|needs| needs.hard.iter().all(is_done) && (!soft || needs.soft.iter().all(is_done)))
    };
    for at in 0..ops.len() {
        if !ready(at, &done, true) {
            pending.push(at);
            continue;
        }
        emit(at, &mut ordered, &mut done);
        while let Some(position) = pending.iter().position(|waiting| ready(*waiting, &done, true)) {
            emit(pending.remove(position), &mut ordered, &mut done);
        }
    }
    // What is left waits in a circle: the first that could do without the soft needs goes, else the first.
    while !pending.is_empty() {
        let free = pending.iter().position(|waiting| ready(*waiting, &done, true));
        let free = free.or_else(|| pending.iter().position(|waiting| ready(*waiting, &done, false)));
        emit(pending.remove(free.unwrap_or(0)), &mut ordered, &mut done);
    }
    let mut ops: Vec<Option<Op>> = ops.into_iter().map(Some).collect();
    ordered.into_iter().filter_map(|at| ops.get_mut(at).and_then(Option::take)).collect()
}

fn emit(at: usize, ordered: &mut Vec<usize>, done: &mut [bool]) {
    ordered.push(at);
    if let Some(done) = done.get_mut(at) {
        *done = true;
    }
}

/// The bare name others would call the object by.
fn provided(object: &Object) -> Option<String> {
    let bare = |name: &ObjectName| Some(name.name.as_str().to_owned());
    match object {
        Object::Table(table) => bare(&table.name),
        Object::Enum(enum_type) => bare(&enum_type.name),
        Object::View(view) => bare(&view.name),
        Object::Routine(routine) => Some(called(&routine.name).to_owned()),
        Object::Definition(definition) => match definition.id.kind {
            DefinitionKind::Aggregate => Some(called(&definition.id.name).to_owned()),
            _ if definition.id.on.is_none() => bare(&definition.id.name),
            _ => None,
        },
        Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..) => None,
    }
}

/// The name a routine or an aggregate is called by.
pub(super) fn called(name: &ObjectName) -> &str {
    let name = name.name.as_str();
    name.split_once('(').map_or(name, |(name, _)| name)
}

/// The names an object says.
#[derive(Default)]
struct Said {
    /// Where any kind of object may be meant.
    anything: Vec<String>,
    /// In expressions, where a name may also be a column's.
    expressions: Vec<String>,
    /// In a body.
    body: Vec<String>,
}

impl Said {
    fn by(object: &Object) -> Self {
        let mut said = Self::default();
        match object {
            Object::Table(table) => said.table(table),
            Object::Column(owner, column) => {
                said.owner(owner);
                said.column(column);
            }
            Object::PrimaryKey(owner, _) | Object::Unique(owner, _) => said.owner(owner),
            Object::ForeignKey(owner, key) => {
                said.owner(owner);
                said.owner(&key.references);
            }
            Object::Check(owner, check) => {
                said.owner(owner);
                said.expression(&check.expression);
            }
            Object::Index(owner, index) => {
                said.owner(owner);
                index_expressions(index).for_each(|expression| said.expression(expression));
            }
            Object::Trigger(owner, trigger) => {
                said.owner(owner);
                said.expression(&trigger.definition);
            }
            Object::Enum(_) => {}
            Object::View(view) => said.anything.extend(words::names(view.query.text())),
            Object::Routine(routine) => said.routine(routine),
            Object::Definition(definition) => {
                definition.id.on.iter().for_each(|owner| said.owner(owner));
                said.anything.extend(words::names(definition.create.text()));
            }
        }
        said
    }

    fn owner(&mut self, owner: &ObjectName) {
        self.anything.push(owner.name.as_str().to_owned());
    }

    fn expression(&mut self, expression: &Expression) {
        self.expressions.extend(words::names(expression.text()));
        // `nextval('s'::regclass)` names a sequence in a string.
        self.expressions.extend(words::strings(expression.text()).iter().flat_map(|text| words::names(text)));
    }

    fn table(&mut self, table: &Table) {
        table.columns.values().for_each(|column| self.column(column));
        table.checks.values().for_each(|check| self.expression(&check.expression));
        table.indexes.values().flat_map(index_expressions).for_each(|expression| self.expression(expression));
        table.triggers.values().for_each(|trigger| self.expression(&trigger.definition));
        if let Some(parents) = table.options.get("inherits") {
            self.anything.extend(words::names(parents));
        }
        if let Some(key) = table.options.get("partition_by") {
            self.expressions.extend(words::names(key));
        }
    }

    fn column(&mut self, column: &Column) {
        if let Type::Native(spelling) = &column.data_type {
            self.anything.extend(words::names(spelling));
        }
        if let Some(DefaultValue::Expression(expression)) = &column.default {
            self.expression(expression);
        }
        column.generated.iter().for_each(|generated| self.expression(&generated.expression));
    }

    /// The head is read at once, and a body in standard SQL too; any other is only checked.
    fn routine(&mut self, routine: &Routine) {
        let text = routine.definition.text();
        let head = super::head(text);
        let body = text.get(head.len()..).unwrap_or_default();
        let start = body.trim_start();
        if start.starts_with("BEGIN ATOMIC") || start.starts_with("RETURN ") {
            self.anything.extend(words::names(text));
        } else {
            self.anything.extend(words::names(head));
            if words::mentions(head, "sql") || body.contains("%TYPE") || body.contains("%ROWTYPE") {
                let inside = body.split_once('$').map_or(body, |(_, inside)| inside);
                let inside = inside.split_once('$').map_or(inside, |(_, inside)| inside);
                self.body.extend(words::names(inside));
            }
        }
        let own = called(&routine.name).to_owned();
        self.anything.retain(|name| *name != own);
    }
}
