//! Bringing together what one `ALTER TABLE` does at once.
//!
//! The server refuses to drop the index a foreign key stands on unless the same statement makes another; a column that
//! numbers itself needs its key at once; and a table altered once is copied once. Must not know SQL.

use std::collections::BTreeMap;

use crate::dialect::Step;
use crate::dialect::domain::{Domain, domain};
use crate::plan::{Alter, Claims, Object, Op, RENAMED, Resource, claims, clears, destroys, sorted};
use crate::schema::{Change, Column, Name, ObjectName, Place, Product, Schema};

use super::super::normalize::covers;
use super::{Ends, Side, Sided};

/// The `ALTER TABLE` statement of its table that an operation goes into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AlterStatement {
    /// Dropped foreign keys.
    KeysOut,
    /// Checks whose name another table takes.
    ChecksOut,
    /// What comes before the table or one of its columns gets another name.
    Before,
    /// Everything else.
    Main,
    /// Added foreign keys.
    KeysIn,
    /// Destroyed values.
    Lost,
}

pub(super) fn steps(ends: &Ends<'_>, ops: Vec<Sided>) -> Vec<Step> {
    let renames = ops.iter().any(|(_, op)| matches!(op, Op::Rename(_)));
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for (side, op) in &ops {
        let mut claims = claims(op);
        checks(op, &mut claims);
        narrowed(&ops, op, &mut claims);
        let waits = is_needed(ends, op);
        if waits {
            // It goes in the statement that makes another, which has the table's later name.
            claims.priority = RENAMED;
        }
        let is_early = if renames { *side == Side::Before } else { clears(op) };
        if matches!(op, Op::Drop(Object::Check(table, check)) if is_taken(&ops, table, &check.name)) {
            claims.priority = if is_early { 0 } else { RENAMED };
        }
        if is_early && !waits { early.push(((Side::Before, op), claims)) } else { late.push(((*side, op), claims)) }
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut open: BTreeMap<(ObjectName, AlterStatement), usize> = BTreeMap::new();
    for (side, op) in sorted(early).into_iter().chain(sorted(late)) {
        let Some((table, part)) = place(ends, &ops, side, op) else {
            steps.push(Step::Direct(op.clone()));
            continue;
        };
        // One statement is done as a whole or not at all: what destroys may be part of the one before.
        if part == AlterStatement::Lost
            && let Some(Step::Together(last, ops)) = steps.last_mut()
            && *last == table
        {
            ops.push(op.clone());
            continue;
        }
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
                | Step::GiveBack
                | Step::AttachPartition(_)
                | Step::DetachPartition(_)
                | Step::Rows(_),
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

/// MySQL allows the name of a check only once in a database: a table that goes gives up those of its checks.
fn checks(op: &Op, claims: &mut Claims) {
    let name = |name: &Name| Resource::Word("check", name.as_str().to_lowercase());
    match op {
        Op::Create(Object::Check(_, check)) => drop(claims.makes.insert(name(&check.name))),
        Op::Create(Object::Table(table)) => claims.makes.extend(table.checks.keys().map(name)),
        Op::Drop(Object::Table(table)) => claims.ends.extend(table.checks.keys().map(name)),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
    }
}

/// A column takes fewer values only after reference rows have others of them.
fn narrowed(ops: &[Sided], op: &Op, claims: &mut Claims) {
    let word = |table: &ObjectName, column: &Name| Resource::Word("values", format!("{table}.{column}"));
    match op {
        Op::Alter(Alter::Column(table, change)) if loses_values(change) => {
            claims.ends.insert(word(table, &change.to.name));
        }
        Op::Alter(Alter::Rows(rows)) => {
            for (_, other) in ops {
                if let Op::Alter(Alter::Column(table, change)) = other
                    && *table == rows.table
                    && loses_values(change)
                {
                    claims.needs.remove(&Resource::Place(Place::column(table, &change.to.name)));
                    claims.reads.insert(word(table, &change.to.name));
                }
            }
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
    }
}

/// Whether a value of an enum type is not in the column's new type.
fn loses_values(change: &Change<Column>) -> bool {
    let values = |column: &Column| match domain(Product::MySql, &Schema::default(), column) {
        Domain::Choice(values) => Some(values),
        _ => None,
    };
    let both = values(&change.from).zip(values(&change.to));
    both.is_some_and(|(from, to)| from.iter().any(|value| !to.contains(value)))
}

/// Whether a foreign key that stays may stand on the index that the operation drops from a renamed table.
fn is_needed(ends: &Ends<'_>, op: &Op) -> bool {
    let Op::Drop(Object::Index(earlier, index)) = op else { return false };
    ends.renamed.contains(earlier)
        && ends.both(Side::Before, earlier).is_some_and(|(before, after)| {
            let mut keys = before.foreign_keys.values();
            keys.any(|key| after.foreign_keys.contains_key(&key.name) && covers(index, key))
        })
}

/// The table to alter and the statement to do it in; `None` for what is a statement of its own.
fn place(ends: &Ends<'_>, ops: &[Sided], side: Side, op: &Op) -> Option<(ObjectName, AlterStatement)> {
    let main = |table: &ObjectName| {
        let part = if ends.renamed.contains(table) && side == Side::Before {
            AlterStatement::Before
        } else {
            AlterStatement::Main
        };
        Some((table.clone(), part))
    };
    match op {
        Op::Drop(Object::ForeignKey(table, _)) => Some((table.clone(), AlterStatement::KeysOut)),
        Op::Create(Object::ForeignKey(table, _)) => Some((table.clone(), AlterStatement::KeysIn)),
        Op::Drop(Object::Check(table, check)) if is_taken(ops, table, &check.name) => {
            Some((table.clone(), AlterStatement::ChecksOut))
        }
        Op::Drop(Object::Index(table, _)) if is_needed(ends, op) => {
            Some((ends.later_name(Side::Before, table).clone(), AlterStatement::Main))
        }
        Op::Drop(Object::Column(table, column)) if destroys(op) && column.identity.is_none() => {
            Some((table.clone(), AlterStatement::Lost))
        }
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
        | Op::Alter(Alter::Enum(_) | Alter::Routine(_) | Alter::Definition(_) | Alter::Rows(_))
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
