//! MariaDB's application-time periods: the two columns between which a row is valid, and keys without overlaps of them.
//!
//! Must not know how a table is read or which operations are done together.

use crate::plan::{Alter, Object, Op};
use crate::schema::{Column, IndexPart, Name, Options, Table};

use super::quote::quote;

/// The option of the column that a period starts at: the period's name.
pub(super) const START: &str = "period_start";
/// The option of the column that a period ends at: the period's name.
pub(super) const END: &str = "period_end";
/// The option of a key that takes a period for its last two columns, its start and its end: the period's name.
pub(super) const WITHOUT_OVERLAPS: &str = "without_overlaps";

/// A period as the server shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub name: Name,
    pub start: Name,
    pub end: Name,
}

/// Adds a period to the table that was read. The server lists its check among the others, and the columns in a key without
/// overlaps with the end first. The primary key is `None`.
pub(super) fn mark(table: &mut Table, period: &Period, keys: &[Option<Name>]) {
    table.checks.remove(&period.name);
    let name = || period.name.as_str().to_owned();
    for (column, option) in [(&period.start, START), (&period.end, END)] {
        if let Some(column) = table.columns.get_mut(column) {
            column.options.insert(option.to_owned(), name());
        }
    }
    for key in keys {
        let bounds = [period.start.clone(), period.end.clone()];
        match key {
            None => {
                if let Some(key) = &mut table.primary_key {
                    key.columns.truncate(key.columns.len().saturating_sub(2));
                    key.columns.extend(bounds);
                    key.options.insert(WITHOUT_OVERLAPS.to_owned(), name());
                }
            }
            Some(index) => {
                if let Some(index) = table.indexes.get_mut(index) {
                    index.parts.truncate(index.parts.len().saturating_sub(2));
                    index.parts.extend(bounds.map(IndexPart::column));
                    index.options.insert(WITHOUT_OVERLAPS.to_owned(), name());
                }
            }
        }
    }
}

/// The line of a table's period, if it has one.
pub(super) fn of_table(table: &Table) -> Option<String> {
    clause(table.columns.values())
}

/// The columns of a key, the last two in the period's name where it has one.
pub(super) fn key(columns: Vec<String>, options: &Options) -> String {
    let Some(period) = options.get(WITHOUT_OVERLAPS) else { return columns.join(", ") };
    let kept = columns.len().saturating_sub(2);
    let period = format!("{} WITHOUT OVERLAPS", quote(&Name::new(period.as_str())));
    columns.into_iter().take(kept).chain([period]).collect::<Vec<_>>().join(", ")
}

/// The clauses that drop and add a period, where columns start or stop being those of one: the first comes before all others,
/// the second after.
pub(super) fn changes(ops: &[Op]) -> (Option<String>, Option<String>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for op in ops {
        match op {
            Op::Drop(Object::Column(_, column)) => before.push(column),
            Op::Create(Object::Column(_, column)) => after.push(column),
            Op::Alter(Alter::Column(_, change)) if bounds(&change.from) != bounds(&change.to) => {
                before.push(&change.from);
                after.push(&change.to);
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
        }
    }
    let dropped = before.iter().find_map(|column| bounds(column).0.or(bounds(column).1));
    let dropped = dropped.map(|name| format!("DROP PERIOD FOR {}", quote(&Name::new(name))));
    (dropped, clause(after.into_iter()).map(|clause| format!("ADD {clause}")))
}

/// The periods that start and end at a column.
fn bounds(column: &Column) -> (Option<&str>, Option<&str>) {
    let of = |option: &str| column.options.get(option).map(String::as_str);
    (of(START), of(END))
}

fn clause<'a>(columns: impl Iterator<Item = &'a Column>) -> Option<String> {
    let (mut start, mut end) = (None, None);
    for column in columns {
        let (starts, ends) = bounds(column);
        start = starts.map(|period| (period, &column.name)).or(start);
        end = ends.map(|_| &column.name).or(end);
    }
    let ((period, start), end) = start.zip(end)?;
    Some(format!("PERIOD FOR {} ({}, {})", quote(&Name::new(period)), quote(start), quote(end)))
}
