//! Compares a table of both schemas: columns, primary and unique keys, checks, indexes, triggers, comment, options.
//!
//! Must not know SQL or any dialect.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Alter, Object, Op, RowsChange};
use crate::schema::{Change, Column, Identity, IndexTarget, Name, ObjectName, ReferenceRows, RowValue, Table};

use super::pairs;

/// A table as it is created and dropped: its foreign keys are separate operations.
pub(super) fn without_foreign_keys(table: &Table) -> Table {
    let mut bare = table.clone();
    bare.foreign_keys.clear();
    bare.rows = None;
    bare
}

/// The operations on a table that differs, foreign keys excluded.
pub(super) fn changed(old: &Table, new: &Table, ops: &mut Vec<Op>) {
    let name = &new.name;
    columns(old, new, ops);
    match (&old.primary_key, &new.primary_key) {
        (None, Some(key)) => ops.push(Op::Create(Object::PrimaryKey(name.clone(), key.clone()))),
        (Some(key), None) => ops.push(Op::Drop(Object::PrimaryKey(name.clone(), key.clone()))),
        (Some(from), Some(to)) if from != to => {
            let change = Change::new(from.clone(), to.clone());
            ops.push(Op::Alter(Alter::PrimaryKey(name.clone(), change)));
        }
        _ => {}
    }
    /// Objects that differ are dropped and created: no database alters a constraint, an index or a trigger in place.
    macro_rules! replaced {
        ($($field:ident as $kind:ident),+) => {
            $(for pair in pairs(&old.$field, &new.$field) {
                let (old, new) = pair.sides();
                ops.extend(old.map(|it| Op::Drop(Object::$kind(name.clone(), it.clone()))));
                ops.extend(new.map(|it| Op::Create(Object::$kind(name.clone(), it.clone()))));
            })+
        };
    }
    replaced!(uniques as Unique, checks as Check, indexes as Index, triggers as Trigger);
    if old.comment != new.comment {
        let change = Change::new(old.comment.clone(), new.comment.clone());
        ops.push(Op::Alter(Alter::Comment(name.clone(), change)));
    }
    if old.options != new.options {
        let change = Change::new(old.options.clone(), new.options.clone());
        ops.push(Op::Alter(Alter::Options(name.clone(), change)));
    }
}

/// The operations on the reference rows of a table that is there before, after, or both. Rows are added and changed by one
/// operation and removed by another, because other rows may refer to both. A row whose values in another unique key go to an
/// added one has to give way first, so there one operation does all.
pub(super) fn rows(old: Option<&Table>, new: Option<&Table>, ops: &mut Vec<Op>) {
    let Some(table) = new.or(old) else { return };
    let of = |table: Option<&Table>| table.and_then(|table| table.rows.clone());
    let (from, to) = (of(old), of(new));
    if from == to {
        return;
    }
    let both_sides: Vec<&Table> = old.into_iter().chain(new).collect();
    let sides = || both_sides.iter().copied();
    let refers: BTreeSet<ObjectName> = sides()
        .flat_map(|table| table.foreign_keys.values().map(|key| key.references.clone()))
        .filter(|name| *name != table.name)
        .collect();
    let columns = || sides().flat_map(|table| table.columns.values());
    let enums: BTreeMap<Name, ObjectName> =
        columns().filter_map(|column| Some((column.name.clone(), column.data_type.enum_name()?.clone()))).collect();
    let values =
        |name: &Name| [&from, &to].into_iter().flatten().any(|rows| rows.columns().any(|column| column == name));
    let numbered: Vec<&Column> = columns().filter(|column| column.identity.is_some() && values(&column.name)).collect();
    let moving: BTreeSet<Name> =
        columns().filter(|column| column.on_update.is_some()).map(|column| column.name.clone()).collect();
    let change = |from: Option<ReferenceRows>, to: Option<ReferenceRows>| {
        Op::Alter(Alter::Rows(Box::new(RowsChange {
            table: table.name.clone(),
            rows: Change::new(from, to),
            refers: refers.clone(),
            enums: enums.clone(),
            numbered: numbered.iter().map(|column| column.name.clone()).collect(),
            moving: moving.clone(),
            overriding: numbered.iter().any(|column| column.identity == Some(Identity::Always)),
        })))
    };
    match (&from, &to) {
        (Some(before), Some(after)) if !collide(&both_sides, before, after) => {
            let mut both = after.clone();
            let key = before.common_key(after).unwrap_or_default();
            let left = before.rows.iter().filter(|row| after.same_row(row, key).is_none());
            both.rows.extend(left.cloned());
            both.sort();
            if both != *before {
                ops.push(change(from.clone(), Some(both.clone())));
            }
            if both != *after {
                ops.push(change(Some(both), to.clone()));
            }
        }
        _ => ops.push(change(from.clone(), to.clone())),
    }
}

/// Whether a removed row and an added row may have the same values in a unique key.
fn collide(tables: &[&Table], from: &ReferenceRows, to: &ReferenceRows) -> bool {
    let Some(key) = from.common_key(to) else { return true };
    let keys: Vec<Vec<Name>> = tables
        .iter()
        .flat_map(|table| {
            let primary = table.primary_key.iter().map(|key| key.columns.clone());
            let uniques = table.uniques.values().map(|unique| unique.columns.clone());
            let indexes = table.indexes.values().filter(|index| index.unique).map(|index| {
                let columns = index.parts.iter().filter_map(|part| match &part.target {
                    IndexTarget::Column(name) => Some(name.clone()),
                    IndexTarget::Expression(_) => None,
                });
                columns.collect::<Vec<_>>()
            });
            primary.chain(uniques).chain(indexes).collect::<Vec<_>>()
        })
        .collect();
    let gone = from.rows.iter().filter(|row| to.same_row(row, key).is_none());
    let come = || to.rows.iter().filter(|row| from.same_row(row, key) != Some(row));
    gone.into_iter().any(|old| {
        come().any(|new| {
            // Many collations take texts that differ in case for the same.
            let folded = |value: &RowValue| match value {
                RowValue::Text(text) => RowValue::Text(text.trim_end().to_lowercase()),
                value => value.clone(),
            };
            let same =
                |name: &Name| old.get(name).is_some_and(|value| Some(folded(value)) == new.get(name).map(folded));
            keys.iter().any(|key| !key.is_empty() && key.iter().all(same))
        })
    })
}

/// Columns in table order, so that new ones are added as they are declared.
fn columns(old: &Table, new: &Table, ops: &mut Vec<Op>) {
    let name = &new.name;
    for column in old.columns.values() {
        match new.columns.get(&column.name) {
            None => ops.push(Op::Drop(Object::Column(name.clone(), column.clone()))),
            Some(to) if to != column => {
                let change = Change::new(column.clone(), to.clone());
                ops.push(Op::Alter(Alter::Column(name.clone(), change)));
            }
            Some(_) => {}
        }
    }
    let added = new.columns.values().filter(|column| !old.columns.contains_key(&column.name));
    ops.extend(added.map(|column| Op::Create(Object::Column(name.clone(), column.clone()))));
}
