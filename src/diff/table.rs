//! Compares a table of both schemas: columns, primary and unique keys, checks, indexes, triggers, comment, options.
//!
//! Must not know SQL or any dialect.

use crate::plan::{Alter, Object, Op};
use crate::schema::{Change, Table};

use super::pairs;

/// A table as it is created and dropped: its foreign keys are separate operations.
pub(super) fn without_foreign_keys(table: &Table) -> Table {
    let mut bare = table.clone();
    bare.foreign_keys.clear();
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
