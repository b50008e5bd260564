//! Operations that lose rows or values.
//!
//! Must not know how many: that takes a database.

use crate::plan::cast::Stake;
use crate::plan::{Alter, Object, Op, becomes_computed};

use super::{Level, Rule};

/// A table is dropped.
pub(super) const DROP_TABLE: Rule = Rule {
    name: "drop-table",
    level: Level::Danger,
    summary: "a table is dropped",
    why: "its rows are gone; the way back creates the table empty",
    stake: |_| Stake::Rows,
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
    stake: |_| Stake::Values,
    check: |op, _| match op {
        Op::Drop(Object::Column(table, column)) if column.generated.is_none() => {
            Some(format!("drops column {table}.{} and its values", column.name))
        }
        Op::Alter(Alter::Column(table, change)) if becomes_computed(change) => {
            Some(format!("computes column {table}.{} and drops its values", change.to.name))
        }
        _ => None,
    },
};

/// A value of an enum type is removed.
pub(super) const DROP_VALUE: Rule = Rule {
    name: "drop-value",
    level: Level::Danger,
    summary: "a value of an enum type is removed",
    why: "rows that have it stop the migration, and code that still writes it fails afterwards",
    stake: |_| Stake::Lost,
    check: |op, context| match op {
        Op::Alter(Alter::Enum(change)) => {
            let gone: Vec<&str> =
                change.from.values.iter().filter(|it| !change.to.values.contains(it)).map(String::as_str).collect();
            (!gone.is_empty()).then(|| format!("removes {} from enum {}", gone.join(", "), change.to.name))
        }
        Op::Alter(Alter::Column(table, change)) => {
            let gone = context.types.removed(change);
            (!gone.is_empty()).then(|| format!("removes {} from column {table}.{}", gone.join(", "), change.to.name))
        }
        _ => None,
    },
};
