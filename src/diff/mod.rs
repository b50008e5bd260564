//! The differ: two normalised schemas of one dialect in, a plan out.
//!
//! Must not know SQL, any dialect, the source of the schemas, or any policy: after `normalize`, comparing is `==`, so
//! there is not one predicate here.

mod definition;
mod dependent;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::plan::{Alter, Object, Op, Plan, Rename, apply, clears};
use crate::schema::{Change, Normalized, Schema};

/// The operations that turn `from` into `to`, in order. `renames` are the developer's answers, in the order of their
/// execution. A rename of an object that does not exist, or to a name that is taken, is left out: the database may have
/// it already.
pub fn diff(from: &Normalized, to: &Normalized, renames: &[Rename]) -> Plan {
    let (from, to) = (from.schema(), to.schema());
    if renames.is_empty() {
        return Plan::new(compare(from, to));
    }
    let mut renames: Vec<Op> = renames.iter().cloned().map(Op::Rename).collect();
    loop {
        let mut renamed = from.clone();
        renames.retain(|rename| attempt(rename, &mut renamed));
        if let Some(fewer) = without_detours(&renames) {
            renames = fewer;
            continue;
        }

        // Objects that are dropped before the renames must be named by their old names. They are found under the new names
        // and removed; the rest is renamed back, and its difference from `from` is what must be dropped.
        let (early, late) = split(compare(&renamed, to));
        let mut left = renamed;
        let taken_out = apply(&Plan::new(early), &mut left);
        debug_assert_eq!(taken_out, Ok(()));

        // A rename that cannot be reverted among the remaining objects was one of a dropped object: it is not needed.
        let mut staying = staying(&left, to);
        let before = renames.len();
        renames.reverse();
        renames.retain(|rename| attempt(&rename.clone().inverse(), &mut staying));
        if renames.len() < before {
            renames.reverse();
            continue;
        }
        renames.retain(|rename| attempt(&rename.clone().inverse(), &mut left));
        renames.reverse();
        let (mut ops, _) = split(compare(from, &left));
        ops.extend(renames);
        ops.extend(late);
        return Plan::new(ops);
    }
}

/// The renames with one detour less: a table or an enum type that is renamed twice is renamed once, to its last name, or not at all.
/// Otherwise the second rename might come before the first, which may have to wait for its schema. `None` if there is no detour, or
/// if another rename needs the name in between, as where two tables exchange their names.
fn without_detours(renames: &[Op]) -> Option<Vec<Op>> {
    let moved = |op: &Op| match op {
        Op::Rename(Rename::Table(change)) => Some((true, change.clone())),
        Op::Rename(Rename::Enum(change)) => Some((false, change.clone())),
        Op::Rename(_) | Op::Create(_) | Op::Drop(_) | Op::Alter(_) => None,
    };
    // The table of a rename within a table, or the enum type of a value's.
    let within = |op: &Op| match op {
        Op::Rename(
            Rename::Column(owner, _)
            | Rename::Index(owner, _)
            | Rename::Unique(owner, _)
            | Rename::ForeignKey(owner, _)
            | Rename::Check(owner, _)
            | Rename::EnumValue(owner, _),
        ) => Some(owner.clone()),
        Op::Rename(Rename::Table(_) | Rename::Enum(_)) | Op::Create(_) | Op::Drop(_) | Op::Alter(_) => None,
    };
    for (then, second) in renames.iter().enumerate() {
        let Some((is_table, second)) = moved(second) else { continue };
        let before = renames.get(..then).unwrap_or_default();
        let first = before.iter().enumerate().rev().find_map(|(at, op)| {
            moved(op)
                .filter(|(kind, change)| *kind == is_table && change.to == second.from)
                .map(|(_, change)| (at, change))
        });
        let Some((at, first)) = first else { continue };
        let names = [&first.from, &first.to, &second.to];
        let is_free = before.iter().skip(at + 1).all(|op| {
            let uses = moved(op).map_or_else(|| within(op).into_iter().collect(), |(_, it)| vec![it.from, it.to]);
            !uses.iter().any(|name| names.contains(&name))
        });
        if !is_free {
            continue;
        }
        let change = Change::new(first.from.clone(), second.to.clone());
        let is_moved = change.from != change.to;
        let whole = Op::Rename(if is_table { Rename::Table(change) } else { Rename::Enum(change) });
        let whole = is_moved.then_some(whole);
        let rest = renames.iter().enumerate().filter(|(index, _)| *index != then);
        let fewer = rest.filter_map(|(index, op)| if index == at { whole.clone() } else { Some(op.clone()) });
        return Some(fewer.collect());
    }
    None
}

/// The part of a schema that another schema has too: its tables, columns, enum types and their values.
fn staying(schema: &Schema, other: &Schema) -> Schema {
    let mut schema = schema.clone();
    schema.tables.retain(|name, _| other.tables.contains_key(name));
    for table in schema.tables.values_mut() {
        let Some(other) = other.tables.get(&table.name) else { continue };
        if table.columns.keys().any(|name| !other.columns.contains_key(name)) {
            table.columns.retain(|column| other.columns.contains_key(&column.name));
        }
    }
    schema.enums.retain(|name, _| other.enums.contains_key(name));
    for enum_type in schema.enums.values_mut() {
        let other = other.enums.get(&enum_type.name);
        enum_type.values.retain(|value| other.is_some_and(|other| other.values.contains(value)));
    }
    schema
}

/// Applies one operation if it is applicable.
fn attempt(op: &Op, schema: &mut Schema) -> bool {
    let mut changed = schema.clone();
    let applies = apply(&Plan::new(vec![op.clone()]), &mut changed).is_ok();
    if applies {
        *schema = changed;
    }
    applies
}

/// The operations before the renames, and those after them.
fn split(ops: Vec<Op>) -> (Vec<Op>, Vec<Op>) {
    ops.into_iter().partition(clears)
}

fn compare(from: &Schema, to: &Schema) -> Vec<Op> {
    let mut ops = Vec::new();
    for pair in pairs(&from.enums, &to.enums) {
        match pair {
            Pair::Removed(old) => ops.push(Op::Drop(Object::Enum(old.clone()))),
            Pair::Added(new) => ops.push(Op::Create(Object::Enum(new.clone()))),
            Pair::Both(old, new) => ops.push(Op::Alter(Alter::Enum(Change::new(old.clone(), new.clone())))),
        }
    }
    for pair in pairs(&from.routines, &to.routines) {
        match pair {
            Pair::Removed(old) => ops.push(Op::Drop(Object::Routine(old.clone()))),
            Pair::Added(new) => ops.push(Op::Create(Object::Routine(new.clone()))),
            Pair::Both(old, new) => ops.push(Op::Alter(Alter::Routine(Change::new(old.clone(), new.clone())))),
        }
    }
    let mut unlike = BTreeSet::new();
    for pair in pairs(from.tables.shared(), to.tables.shared()) {
        match pair {
            Pair::Removed(table) | Pair::Added(table) | Pair::Both(table, _) => unlike.insert(&table.name),
        };
        match pair {
            Pair::Removed(old) => ops.push(Op::Drop(Object::Table(table::without_foreign_keys(old)))),
            Pair::Added(new) => ops.push(Op::Create(Object::Table(table::without_foreign_keys(new)))),
            Pair::Both(old, new) => table::changed(old, new, &mut ops),
        }
        let (old, new) = pair.sides();
        table::rows(old.map(|table| &***table), new.map(|table| &***table), &mut ops);
    }
    dependent::foreign_keys(from, to, &unlike, &mut ops);
    dependent::views(from, to, &mut ops);
    definition::compare(from, to, &mut ops);
    ops
}

/// The comparison of one name.
#[derive(Clone, Copy)]
enum Pair<'a, T> {
    Removed(&'a T),
    Added(&'a T),
    Both(&'a T, &'a T),
}

impl<'a, T> Pair<'a, T> {
    /// The object before and after, if it exists.
    fn sides(self) -> (Option<&'a T>, Option<&'a T>) {
        match self {
            Self::Removed(old) => (Some(old), None),
            Self::Added(new) => (None, Some(new)),
            Self::Both(old, new) => (Some(old), Some(new)),
        }
    }
}

/// The names on which two maps differ.
fn pairs<'a, K: Ord + 'a, T: Eq + 'a>(
    from: impl IntoIterator<Item = (&'a K, &'a T)>,
    to: impl IntoIterator<Item = (&'a K, &'a T)>,
) -> Vec<Pair<'a, T>> {
    let (mut found, mut added) = (Vec::new(), Vec::new());
    let mut to = to.into_iter().peekable();
    for (name, old) in from {
        while let Some((_, new)) = to.next_if(|(other, _)| *other < name) {
            added.push(Pair::Added(new));
        }
        match to.next_if(|(other, _)| *other == name) {
            None => found.push(Pair::Removed(old)),
            Some((_, new)) if new != old => found.push(Pair::Both(old, new)),
            Some(_) => {}
        }
    }
    found.extend(added);
    found.extend(to.map(|(_, new)| Pair::Added(new)));
    found
}
