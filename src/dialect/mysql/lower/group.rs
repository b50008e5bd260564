//! Bringing together what one `ALTER TABLE` does at once.
//!
//! The server refuses to drop the index a foreign key stands on unless the same statement makes another; a column that
//! numbers itself needs its key at once; and a table altered once is copied once. Must not know SQL.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Step;
use crate::plan::{Alter, LAST, Object, Op, Plan, Rename, phase};
use crate::schema::{Index, Name, ObjectName};

use super::super::normalize::covers;
use super::Ends;

/// Which statement of its table an operation goes into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Foreign keys that go.
    KeysOut,
    /// Checks whose name another table takes.
    ChecksOut,
    /// What comes before the table or one of its columns gets another name.
    Before,
    /// Everything else.
    Main,
    /// Foreign keys that come.
    KeysIn,
}

pub(super) fn steps(ends: &Ends<'_>, plan: Plan) -> Vec<Step> {
    let renamed = renamed_tables(plan.ops());
    // On the way back renames come last, and what stands before them is in the words used before them.
    let first_rename = plan.ops().iter().position(|op| matches!(op, Op::Rename(_))).unwrap_or(0);
    let timed = plan.ops().iter().enumerate().map(|(at, op)| match time(ends, plan.ops(), &renamed, op) {
        Time::Late if at < first_rename && phase(op) == LAST / 2 => (Time::Early, op),
        time => (time, op),
    });
    let mut ops: Vec<(Time, &Op)> = timed.collect();
    ops.sort_by_key(|(time, _)| *time);
    let mut steps: Vec<Step> = Vec::new();
    let mut open: BTreeMap<(ObjectName, Part), usize> = BTreeMap::new();
    for (time, op) in ops {
        let Some((table, part)) = place(ends, &renamed, time, op) else {
            steps.push(Step::Direct(op.clone()));
            continue;
        };
        match open.get(&(table.clone(), part)).and_then(|at| steps.get_mut(*at)) {
            Some(Step::Together(_, ops)) => ops.push(op.clone()),
            Some(Step::Direct(_) | Step::Apart(_) | Step::Rebuild(_) | Step::SwapEnum(..)) | None => {
                open.insert((table.clone(), part), steps.len());
                steps.push(Step::Together(table, vec![op.clone()]));
            }
        }
    }
    steps
}

/// When, seen from the renames, an operation is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Time {
    First,
    Early,
    Rename,
    Late,
}

fn time(ends: &Ends<'_>, ops: &[Op], renamed: &BTreeSet<ObjectName>, op: &Op) -> Time {
    match op {
        Op::Drop(Object::Check(table, check)) if is_taken(ops, table, &check.name) => Time::First,
        Op::Rename(_) => Time::Rename,
        // Under its earlier name a table or column can only be altered before it gets the later one.
        Op::Alter(Alter::Column(table, change)) if !has_column(ends, table, &change.to.name) => Time::Early,
        Op::Drop(Object::Index(table, index)) if renamed.contains(table) && is_needed(ends, table, index) => Time::Late,
        _ if phase(op) < LAST / 2 => Time::Early,
        _ => Time::Late,
    }
}

fn has_column(ends: &Ends<'_>, table: &ObjectName, column: &Name) -> bool {
    ends.to.tables.get(table).is_some_and(|table| table.columns.contains_key(column))
}

/// Whether a foreign key that stays may stand on this index.
fn is_needed(ends: &Ends<'_>, earlier: &ObjectName, index: &Index) -> bool {
    ends.both(later_name(ends, earlier)).is_some_and(|(before, after)| {
        let mut keys = before.foreign_keys.values();
        keys.any(|key| after.foreign_keys.contains_key(&key.name) && covers(index, key))
    })
}

/// Tables that have another name later, or a column or index that does, by both names.
fn renamed_tables(ops: &[Op]) -> BTreeSet<ObjectName> {
    let mut renamed = BTreeSet::new();
    for op in ops {
        match op {
            Op::Rename(Rename::Table(change)) => renamed.extend([change.from.clone(), change.to.clone()]),
            Op::Rename(Rename::Column(table, _) | Rename::Index(table, _) | Rename::Unique(table, _)) => {
                renamed.insert(table.clone());
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
        }
    }
    renamed
}

/// The table to alter and the statement to do it in; `None` for what is a statement of its own.
fn place(ends: &Ends<'_>, renamed: &BTreeSet<ObjectName>, time: Time, op: &Op) -> Option<(ObjectName, Part)> {
    let main = |table: &ObjectName| {
        let part = if renamed.contains(table) && time < Time::Rename { Part::Before } else { Part::Main };
        Some((table.clone(), part))
    };
    match op {
        Op::Drop(Object::ForeignKey(table, _)) => Some((table.clone(), Part::KeysOut)),
        Op::Create(Object::ForeignKey(table, _)) => Some((table.clone(), Part::KeysIn)),
        Op::Drop(Object::Check(table, _)) if time == Time::First => Some((table.clone(), Part::ChecksOut)),
        Op::Drop(Object::Index(table, _)) if time == Time::Late => main(later_name(ends, table)),
        Op::Create(
            Object::Column(table, _) | Object::PrimaryKey(table, _) | Object::Check(table, _) | Object::Index(table, _),
        )
        | Op::Drop(
            Object::Column(table, _) | Object::PrimaryKey(table, _) | Object::Check(table, _) | Object::Index(table, _),
        )
        | Op::Alter(
            Alter::Column(table, _) | Alter::PrimaryKey(table, _) | Alter::Comment(table, _) | Alter::Options(table, _),
        ) => main(table),
        Op::Create(
            Object::Table(_)
            | Object::Unique(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_),
        )
        | Op::Drop(
            Object::Table(_)
            | Object::Unique(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_),
        )
        | Op::Alter(Alter::Enum(_) | Alter::Routine(_))
        | Op::Rename(_) => None,
    }
}

fn later_name<'a>(ends: &'a Ends<'_>, earlier: &'a ObjectName) -> &'a ObjectName {
    ends.earlier.iter().find(|(_, name)| *name == earlier).map_or(earlier, |(later, _)| later)
}

/// Whether another table gets a check of this name, which MySQL allows only once in a database.
fn is_taken(ops: &[Op], table: &ObjectName, name: &Name) -> bool {
    ops.iter().any(|op| match op {
        Op::Create(Object::Check(on, check)) => on != table && check.name == *name,
        Op::Create(Object::Table(new)) => new.name != *table && new.checks.contains_key(name),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    })
}
