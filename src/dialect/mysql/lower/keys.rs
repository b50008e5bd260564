//! Foreign keys and checks that have to step aside: for a rename, for a change of type, for the column they belong to.
//!
//! Must not know SQL, or which operations go into one statement.

use std::collections::BTreeSet;

use crate::plan::{Alter, Object, Op, Rename};
use crate::schema::{Index, Name, ObjectName};

use super::super::Flavor;
use super::super::normalize::covers;
use super::super::render::is_column_check;
use super::{Ends, rewrite};

/// Foreign keys and checks cannot be renamed: they are dropped and created.
pub(super) fn rename(ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let mut further = Vec::new();
    ops.retain(|op| {
        let (table, change, is_check) = match op {
            Op::Rename(Rename::ForeignKey(table, change)) => (table, change, false),
            Op::Rename(Rename::Check(table, change)) => (table, change, true),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => return true,
        };
        let Some((before, after)) = ends.both(table) else { return true };
        if is_check {
            let old = before.checks.get(&change.from).cloned();
            let new = after.checks.get(&change.to).cloned();
            further.extend(old.map(|check| Op::Drop(Object::Check(before.name.clone(), check))));
            further.extend(new.map(|check| Op::Create(Object::Check(after.name.clone(), check))));
        } else {
            let old = before.foreign_keys.get(&change.from).cloned();
            let new = after.foreign_keys.get(&change.to).cloned();
            further.extend(old.map(|key| Op::Drop(Object::ForeignKey(before.name.clone(), key))));
            further.extend(new.map(|key| Op::Create(Object::ForeignKey(after.name.clone(), key))));
        }
        false
    });
    ops.extend(further);
}

/// A column in a foreign key cannot change its type: the key is dropped before and created after.
pub(super) fn around(ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let mut changed: BTreeSet<(&ObjectName, &Name)> = BTreeSet::new();
    for op in ops.iter() {
        if let Op::Alter(Alter::Column(table, change)) = op {
            let (from, to) = (&change.from, &change.to);
            // A column written anew without a change takes on another collation of its table.
            if from == to || from.data_type != to.data_type || from.collation != to.collation {
                changed.insert((table, &to.name));
            }
        }
        if let Op::Drop(Object::Column(table, column)) = op {
            changed.insert((table, &column.name));
        }
    }
    let handled = |table: &ObjectName, name: &Name| {
        ops.iter().any(|op| match op {
            Op::Drop(Object::ForeignKey(on, key)) => on == table && key.name == *name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    };
    let mut further = Vec::new();
    for (later, table) in &ends.to.tables {
        let Some((before, _)) = ends.both(later) else { continue };
        for key in table.foreign_keys.values() {
            let own = key.columns.iter().any(|column| changed.contains(&(later, column)));
            let other = key.referenced_columns.iter().any(|column| changed.contains(&(&key.references, column)));
            let Some(old) = before.foreign_keys.get(&key.name).filter(|_| own || other) else { continue };
            if !handled(&before.name, &key.name) {
                further.push(Op::Drop(Object::ForeignKey(before.name.clone(), old.clone())));
                further.push(Op::Create(Object::ForeignKey(later.clone(), key.clone())));
            }
        }
    }
    ops.extend(further);
}

/// An index the server made for a foreign key is dropped by the server, without a word, as soon as another index serves the
/// key. One that is to stay is made again by the same statement, and is then ours.
pub(super) fn overtaken(ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let mut further = Vec::new();
    for op in ops.iter() {
        let (name, overtaker) = match op {
            Op::Create(Object::Index(name, index)) => (name, index.clone()),
            Op::Create(Object::PrimaryKey(name, key)) => (name, Index::on("PRIMARY", key.columns.clone())),
            Op::Alter(Alter::PrimaryKey(name, change)) => (name, Index::on("PRIMARY", change.to.columns.clone())),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => continue,
        };
        let Some((before, after)) = ends.both(name) else { continue };
        for key in before.foreign_keys.values().filter(|key| covers(&overtaker, key)) {
            let own = Index::on("", key.columns.clone()).parts;
            let stays = |index: &&Index| {
                index.name != overtaker.name && index.parts == own && after.indexes.get(&index.name) == Some(*index)
            };
            for index in before.indexes.values().filter(stays) {
                let drop = Op::Drop(Object::Index(before.name.clone(), index.clone()));
                if !ops.contains(&drop) && !further.contains(&drop) {
                    further.push(drop);
                    further.push(Op::Create(Object::Index(after.name.clone(), index.clone())));
                }
            }
        }
    }
    ops.extend(further);
}

/// Where a check is part of its column, changing either means writing both.
pub(super) fn column_checks(flavor: Flavor, ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let mut further = Vec::new();
    let touches = |ops: &[Op], table: &ObjectName, name: &Name| {
        ops.iter().any(|op| match op {
            Op::Create(Object::Column(on, column)) | Op::Drop(Object::Column(on, column)) => {
                on == table && column.name == *name
            }
            Op::Alter(Alter::Column(on, change)) => on == table && change.to.name == *name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    };
    for (later, after) in &ends.to.tables {
        let Some((before, _)) = ends.both(later) else { continue };
        let is_renamed = before.name != after.name;
        for (table, side) in [(&before.name, before), (&after.name, after)] {
            for check in side.checks.values() {
                let carrier = side.columns.values().find(|it| is_column_check(flavor, table, &it.name, &check.name));
                let Some(column) = carrier else { continue };
                let drops = Op::Drop(Object::Check(before.name.clone(), check.clone()));
                let creates = Op::Create(Object::Check(after.name.clone(), check.clone()));
                let stays =
                    before.checks.get(&check.name) == Some(check) && after.checks.get(&check.name) == Some(check);
                let is_moved = stays && (is_renamed || touches(ops, later, &column.name));
                if is_moved && !further.contains(&drops) && !ops.contains(&drops) {
                    further.push(drops);
                    further.push(creates);
                }
                let is_changed = ops.iter().chain(&further).any(|op| match op {
                    Op::Drop(Object::Check(on, it)) | Op::Create(Object::Check(on, it)) => {
                        on == table && it.name == check.name
                    }
                    Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
                });
                let written = rewrite(table, column);
                let exists = !is_renamed || table == &before.name;
                if is_changed && exists && !touches(ops, table, &column.name) && !further.contains(&written) {
                    further.push(written);
                }
            }
        }
    }
    ops.extend(further);
}
