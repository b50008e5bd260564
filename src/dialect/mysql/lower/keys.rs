//! Foreign keys, indexes and checks that have to step aside: for a rename, for a change of type, for an index that overtakes
//! them, for the column they belong to.
//!
//! Must not know SQL, or which operations go into one statement.

use std::collections::BTreeMap;

use crate::plan::{Alter, Object, Op, Rename};
use crate::schema::{Index, Name, ObjectName, Table};

use super::super::Flavor;
use super::super::normalize::covers;
use super::super::render::is_column_check;
use super::{Ends, Side, Sided, rewrite};

/// Foreign keys and checks cannot be renamed: they are dropped and created. Names in between are passed over.
pub(super) fn rename(ends: &Ends<'_>, renames: &[&Rename], ops: &mut Vec<Sided>) {
    ops.retain(|(_, op)| !matches!(op, Op::Rename(Rename::ForeignKey(..) | Rename::Check(..))));
    // What each of them was called, by the table it is on now and what it is called now.
    let mut called: BTreeMap<(bool, ObjectName, Name), Name> = BTreeMap::new();
    for rename in renames {
        match rename {
            Rename::Table(change) => {
                let moves = |(kind, table, name): (bool, ObjectName, Name)| {
                    (kind, if table == change.from { change.to.clone() } else { table }, name)
                };
                called = called.into_iter().map(|(now, first)| (moves(now), first)).collect();
            }
            Rename::ForeignKey(table, change) | Rename::Check(table, change) => {
                let is_check = matches!(rename, Rename::Check(..));
                let first = called.remove(&(is_check, table.clone(), change.from.clone()));
                let first = first.unwrap_or_else(|| change.from.clone());
                called.insert((is_check, table.clone(), change.to.clone()), first);
            }
            Rename::Column(..) | Rename::Index(..) | Rename::Unique(..) | Rename::Enum(_) | Rename::EnumValue(..) => {}
        }
    }
    for ((is_check, table, now), first) in called.into_iter().filter(|((_, _, now), first)| now != first) {
        let Some((before, after)) = ends.both(Side::After, &table) else { continue };
        let (old, new) = match is_check {
            true => (
                before.checks.get(&first).map(|it| Object::Check(before.name.clone(), it.clone())),
                after.checks.get(&now).map(|it| Object::Check(after.name.clone(), it.clone())),
            ),
            false => (
                before.foreign_keys.get(&first).map(|it| Object::ForeignKey(before.name.clone(), it.clone())),
                after.foreign_keys.get(&now).map(|it| Object::ForeignKey(after.name.clone(), it.clone())),
            ),
        };
        ops.extend(old.map(|it| (Side::Before, Op::Drop(it))));
        ops.extend(new.map(|it| (Side::After, Op::Create(it))));
    }
}

/// A column in a foreign key cannot change its type: the key is dropped before and created after.
pub(super) fn around(ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    let changes = |table: &Table, name: &Name| {
        ops.iter().any(|(_, op)| match op {
            Op::Alter(Alter::Column(on, change)) => {
                let (from, to) = (&change.from, &change.to);
                // A column written anew without a change takes on another collation of its table.
                let is_other = from == to || from.data_type != to.data_type || from.collation != to.collation;
                *on == table.name && to.name == *name && is_other
            }
            Op::Drop(Object::Column(on, column)) => *on == table.name && column.name == *name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    };
    let mut further = Vec::new();
    for later in ends.to.tables.keys() {
        let Some((before, after)) = ends.both(Side::After, later) else { continue };
        for new in after.foreign_keys.values() {
            let Some(old) = before.foreign_keys.get(&new.name) else { continue };
            let is_changed =
                [(before, old, ends.from), (after, new, &ends.to)].into_iter().any(|(table, key, schema)| {
                    let referenced = schema.tables.get(&key.references);
                    key.columns.iter().any(|column| changes(table, column))
                        || key.referenced_columns.iter().any(|column| referenced.is_some_and(|it| changes(it, column)))
                });
            let drop = (Side::Before, Op::Drop(Object::ForeignKey(before.name.clone(), old.clone())));
            if is_changed && !ops.contains(&drop) {
                further.push(drop);
                further.push((Side::After, Op::Create(Object::ForeignKey(later.clone(), new.clone()))));
            }
        }
    }
    ops.extend(further);
}

/// An index the server made for a foreign key is dropped by the server, without a word, as soon as another index serves the
/// key. One that is to stay is made again by the same statement, and is then ours.
pub(super) fn overtaken(ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    let mut further = Vec::new();
    for (side, op) in ops.iter() {
        let (name, overtaker) = match op {
            Op::Create(Object::Index(name, index)) => (name, index.clone()),
            Op::Create(Object::PrimaryKey(name, key)) => (name, Index::on("PRIMARY", key.columns.clone())),
            Op::Alter(Alter::PrimaryKey(name, change)) => (name, Index::on("PRIMARY", change.to.columns.clone())),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => continue,
        };
        let Some((before, after)) = ends.both(*side, name) else { continue };
        for key in before.foreign_keys.values().filter(|key| covers(&overtaker, key)) {
            let own = Index::on("", key.columns.clone()).parts;
            let stays = |index: &&Index| {
                index.name != overtaker.name && index.parts == own && after.indexes.get(&index.name) == Some(*index)
            };
            for index in before.indexes.values().filter(stays) {
                let drop = (*side, Op::Drop(Object::Index(name.clone(), index.clone())));
                if !ops.contains(&drop) && !further.contains(&drop) {
                    further.push(drop);
                    further.push((*side, Op::Create(Object::Index(name.clone(), index.clone()))));
                }
            }
        }
    }
    ops.extend(further);
}

/// The server makes the index of a foreign key nobody named itself and calls it after the first column. When the key comes
/// back under a name, the server would call that index after the key; made by the statement before, it is ours and stays.
pub(super) fn generated(ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    let mut further = Vec::new();
    for (side, op) in ops.iter() {
        let Op::Create(Object::ForeignKey(name, key)) = op else { continue };
        let Some((before, after)) = ends.both(*side, name) else { continue };
        let (Some(first), true) =
            (key.columns.first(), before.foreign_keys.values().any(|it| it.columns == key.columns))
        else {
            continue;
        };
        let own = Index::on("", key.columns.clone()).parts;
        let is_named_so = |index: &Index| {
            let rest = index.name.as_str().strip_prefix(first.as_str());
            rest.is_some_and(|rest| rest.chars().all(|letter| letter == '_' || letter.is_ascii_digit()))
        };
        let stays = |index: &&Index| {
            let is_same = index.parts == own && !index.unique && after.indexes.get(&index.name) == Some(*index);
            is_same && is_named_so(index) && index.name != key.name
        };
        for index in before.indexes.values().filter(stays) {
            let drop = (*side, Op::Drop(Object::Index(name.clone(), index.clone())));
            if !ops.contains(&drop) && !further.contains(&drop) {
                further.push(drop);
                further.push((*side, Op::Create(Object::Index(name.clone(), index.clone()))));
            }
        }
    }
    ops.extend(further);
}

/// Where a check is part of its column, changing either means writing both.
pub(super) fn column_checks(flavor: Flavor, ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    for later in ends.to.tables.keys() {
        let Some((before, after)) = ends.both(Side::After, later) else { continue };
        for check in before.checks.values() {
            let Some(column) = carrier(flavor, before, &check.name) else { continue };
            let drop = Op::Drop(Object::Check(before.name.clone(), check.clone()));
            let create = Op::Create(Object::Check(after.name.clone(), check.clone()));
            let is_moved = before.name != after.name || touches(ends, ops, Side::Before, &before.name, column);
            if is_moved && after.checks.get(&check.name) == Some(check) && !holds(ops, &drop) {
                ops.push((Side::Before, drop));
                ops.push((Side::After, create));
            }
        }
        for (side, table) in [(Side::Before, before), (Side::After, after)] {
            for check in table.checks.values() {
                let changed = match side {
                    Side::Before => Op::Drop(Object::Check(table.name.clone(), check.clone())),
                    Side::After => Op::Create(Object::Check(table.name.clone(), check.clone())),
                };
                let Some(column) = carrier(flavor, table, &check.name).and_then(|it| table.columns.get(it)) else {
                    continue;
                };
                if holds(ops, &changed) && !touches(ends, ops, side, &table.name, &column.name) {
                    ops.push((side, rewrite(&table.name, column)));
                }
            }
        }
    }
}

/// The column a check is part of.
fn carrier<'a>(flavor: Flavor, table: &'a Table, check: &Name) -> Option<&'a Name> {
    table.columns.keys().find(|column| is_column_check(flavor, &table.name, column, check))
}

fn holds(ops: &[Sided], wanted: &Op) -> bool {
    ops.iter().any(|(_, op)| op == wanted)
}

/// Whether the column is redefined in the statement for this side of the table.
fn touches(ends: &Ends<'_>, ops: &[Sided], side: Side, table: &ObjectName, name: &Name) -> bool {
    ops.iter().filter(|(on, _)| *on == side || !ends.renamed.contains(table)).any(|(_, op)| match op {
        Op::Create(Object::Column(on, column)) | Op::Drop(Object::Column(on, column)) => {
            on == table && column.name == *name
        }
        Op::Alter(Alter::Column(on, change)) => on == table && change.to.name == *name,
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    })
}
