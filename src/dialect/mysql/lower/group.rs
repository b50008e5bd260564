//! Bringing together what one `ALTER TABLE` does at once.
//!
//! The server refuses to drop the index a foreign key stands on unless the same statement makes another; a column that
//! numbers itself needs its key at once; and a table altered once is copied once. Must not know SQL.

use std::collections::BTreeMap;

use crate::dialect::Step;
use crate::plan::{Alter, Object, Op};
use crate::schema::{Index, Name, ObjectName};

use super::super::normalize::covers;
use super::{Ends, Side, Sided};

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

pub(super) fn steps(ends: &Ends<'_>, ops: Vec<Sided>) -> Vec<Step> {
    let mut timed: Vec<(Time, &Op)> = ops.iter().map(|(side, op)| (time(ends, &ops, *side, op), op)).collect();
    timed.sort_by_key(|(time, _)| *time);
    let mut steps: Vec<Step> = Vec::new();
    let mut open: BTreeMap<(ObjectName, Part), usize> = BTreeMap::new();
    for (time, op) in timed {
        let Some((table, part)) = place(ends, time, op) else {
            steps.push(Step::Direct(op.clone()));
            continue;
        };
        let begun = open.get(&(table.clone(), part)).and_then(|at| steps.get_mut(*at));
        if let Some(Step::Together(_, ops)) = &begun
            && is_full_text(op)
            && ops.iter().any(is_full_text)
        {
            steps.push(Step::Together(table, vec![op.clone()]));
            continue;
        }
        match begun {
            Some(Step::Together(_, ops)) => ops.push(op.clone()),
            Some(
                Step::Direct(_)
                | Step::Apart(_)
                | Step::Rebuild(_)
                | Step::Repartition(_)
                | Step::SwapEnum(..)
                | Step::Online(..)
                | Step::Validate(..)
                | Step::Attach(_)
                | Step::Keep(_)
                | Step::GiveBack,
            )
            | None => {
                open.insert((table.clone(), part), steps.len());
                steps.push(Step::Together(table, vec![op.clone()]));
            }
        }
    }
    steps
}

/// Of these the server makes one in a statement.
fn is_full_text(op: &Op) -> bool {
    match op {
        Op::Create(Object::Index(_, index)) => index.method.as_deref() == Some("fulltext"),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    }
}

/// When an operation is done. Within one of these the plan's own order counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Time {
    /// Views and triggers go.
    Clearing,
    /// Foreign keys go.
    KeysOut,
    /// Checks go whose name another table takes.
    ChecksOut,
    Early,
    Rename,
    Late,
    /// Foreign keys come.
    KeysIn,
    /// Triggers and views come.
    Closing,
}

fn time(ends: &Ends<'_>, ops: &[Sided], side: Side, op: &Op) -> Time {
    match op {
        Op::Rename(_) => Time::Rename,
        Op::Drop(Object::View(_) | Object::Trigger(..)) => Time::Clearing,
        Op::Create(Object::View(_) | Object::Trigger(..)) => Time::Closing,
        Op::Drop(Object::ForeignKey(..)) => Time::KeysOut,
        Op::Create(Object::ForeignKey(..)) => Time::KeysIn,
        Op::Drop(Object::Check(table, check)) if is_taken(ops, table, &check.name) => Time::ChecksOut,
        Op::Drop(Object::Index(table, index)) if ends.renamed.contains(table) && is_needed(ends, table, index) => {
            Time::Late
        }
        _ if side == Side::Before => Time::Early,
        _ => Time::Late,
    }
}

/// Whether a foreign key that stays may stand on this index.
fn is_needed(ends: &Ends<'_>, earlier: &ObjectName, index: &Index) -> bool {
    ends.both(Side::Before, earlier).is_some_and(|(before, after)| {
        let mut keys = before.foreign_keys.values();
        keys.any(|key| after.foreign_keys.contains_key(&key.name) && covers(index, key))
    })
}

/// The table to alter and the statement to do it in; `None` for what is a statement of its own.
fn place(ends: &Ends<'_>, time: Time, op: &Op) -> Option<(ObjectName, Part)> {
    let main = |table: &ObjectName| {
        let part = if ends.renamed.contains(table) && time == Time::Early { Part::Before } else { Part::Main };
        Some((table.clone(), part))
    };
    match op {
        Op::Drop(Object::ForeignKey(table, _)) => Some((table.clone(), Part::KeysOut)),
        Op::Create(Object::ForeignKey(table, _)) => Some((table.clone(), Part::KeysIn)),
        Op::Drop(Object::Check(table, _)) if time == Time::ChecksOut => Some((table.clone(), Part::ChecksOut)),
        Op::Drop(Object::Index(table, _)) if time == Time::Late => main(ends.later_name(Side::Before, table)),
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
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Drop(
            Object::Table(_)
            | Object::Unique(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Alter(Alter::Enum(_) | Alter::Routine(_) | Alter::Definition(_))
        | Op::Rename(_) => None,
    }
}

/// Whether another table gets a check of this name, which MySQL allows only once in a database.
fn is_taken(ops: &[Sided], table: &ObjectName, name: &Name) -> bool {
    ops.iter().any(|(_, op)| match op {
        Op::Create(Object::Check(on, check)) => on != table && check.name == *name,
        Op::Create(Object::Table(new)) => new.name != *table && new.checks.contains_key(name),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    })
}
