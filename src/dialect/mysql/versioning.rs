//! MariaDB's system-versioned tables, which keep the history of their rows.
//!
//! Must not know how a table is read or which operations are done together.

use crate::plan::{Alter, Object, Op};
use crate::schema::{Change, Column, Name, ObjectName, Options, Table};

use super::quote::quote;

/// The option of a versioned table, and of an unversioned column in one.
pub(super) const OPTION: &str = "system_versioning";
/// The option's value for a column.
pub(super) const WITHOUT: &str = "without";

/// The prefix of an `ALTER TABLE` on a versioned table: without it the server refuses to change the history.
pub(super) const KEEP_HISTORY: &str = "SET STATEMENT system_versioning_alter_history = KEEP FOR ";

/// The `GENERATED AS ROW` keyword of a column that holds a row version's start or end time.
pub(super) fn row_time(column: &Column) -> Option<&'static str> {
    let text = column.generated.as_ref()?.expression.text().trim();
    ["ROW START", "ROW END"].into_iter().find(|known| text.eq_ignore_ascii_case(known))
}

/// The columns that hold the start and end time of a row version, if the table names them.
fn period<'a>(columns: impl Iterator<Item = &'a Column>) -> Option<(&'a Name, &'a Name)> {
    let (mut start, mut end) = (None, None);
    for column in columns {
        match row_time(column) {
            Some("ROW START") => start = Some(&column.name),
            Some(_) => end = Some(&column.name),
            None => {}
        }
    }
    start.zip(end)
}

/// The `PERIOD FOR SYSTEM_TIME` line that names those columns.
pub(super) fn period_of(table: &Table) -> Option<String> {
    period(table.columns.values()).map(|(start, end)| period_clause(start, end))
}

fn period_clause(start: &Name, end: &Name) -> String {
    format!("PERIOD FOR SYSTEM_TIME ({}, {})", quote(start), quote(end))
}

/// An operation without effect that marks the table as versioned.
pub(super) fn marker(table: &Table) -> Option<Op> {
    table.options.contains_key(OPTION).then(|| {
        let options = Options::from([(OPTION.to_owned(), "true".to_owned())]);
        Op::Alter(Alter::Options(table.name.clone(), Change::new(options.clone(), options)))
    })
}

/// Whether these operations are on a table that was already versioned.
pub(super) fn is_marked(ops: &[Op]) -> bool {
    ops.iter().any(|op| match op {
        Op::Alter(Alter::Options(_, change)) => change.from.contains_key(OPTION),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    })
}

/// The clauses that drop and add the period when its columns are dropped or added: the first comes before all others,
/// the second after.
pub(super) fn periods(ops: &[Op]) -> (Option<String>, Option<String>) {
    let created = ops.iter().filter_map(|op| match op {
        Op::Create(Object::Column(_, column)) => Some(column),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    let dropped = ops.iter().filter_map(|op| match op {
        Op::Drop(Object::Column(_, column)) => Some(column),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    let drop = period(dropped).map(|_| "DROP PERIOD FOR SYSTEM_TIME".to_owned());
    (drop, period(created).map(|(start, end)| format!("ADD {}", period_clause(start, end))))
}

/// The clause that adds or drops versioning.
pub(super) fn change(from: &Options, to: &Options) -> Option<&'static str> {
    match (from.contains_key(OPTION), to.contains_key(OPTION)) {
        (false, true) => Some("ADD SYSTEM VERSIONING"),
        (true, false) => Some("DROP SYSTEM VERSIONING"),
        (true, true) | (false, false) => None,
    }
}

/// Whether the change deletes the history of the table's rows.
pub(super) fn loses_history(table: &ObjectName, ops: &[Op]) -> bool {
    ops.iter().any(|op| match op {
        Op::Alter(Alter::Options(on, change)) => {
            on == table && change.from.contains_key(OPTION) && !change.to.contains_key(OPTION)
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    })
}
