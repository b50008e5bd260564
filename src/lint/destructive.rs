//! Operations that lose rows or values.
//!
//! Must not know how many: that takes a database.

use crate::plan::{Object, Op};

use super::{Level, Rule};

/// A table is dropped.
pub(super) const DROP_TABLE: Rule = Rule {
    name: "drop-table",
    level: Level::Danger,
    summary: "a table is dropped",
    why: "its rows are gone; the way back creates the table empty",
    check: |op, _| match op {
        Op::Drop(Object::Table(table)) => Some(format!("drops table {} and its rows", table.name)),
        _ => None,
    },
};

/// A column is dropped.
pub(super) const DROP_COLUMN: Rule = Rule {
    name: "drop-column",
    level: Level::Danger,
    summary: "a column is dropped",
    why: "its values are gone; the way back creates the column empty",
    check: |op, _| match op {
        Op::Drop(Object::Column(table, column)) => Some(format!("drops column {table}.{} and its values", column.name)),
        _ => None,
    },
};
