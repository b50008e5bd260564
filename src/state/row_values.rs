//! The values that reference rows give to a column which comes without NULL and default: existing rows get them before the
//! column takes no NULL any more.
//!
//! Must not know the other rows of the table. Where there are any, they need a backfill too.

use crate::dialect::Dialect;
use crate::dialect::rows::by_key;
use crate::schema::{Name, ObjectName, ReferenceRow, Schema};

use super::backfill::{Backfill, Values};

/// The values with those that reference rows give to the columns. A value that was given for a column is for the other rows.
pub(super) fn with_row_values(
    dialect: &dyn Dialect,
    columns: &[(ObjectName, Name)],
    (base, target): (&Schema, &Schema),
    mut values: Values,
) -> Values {
    for (table, column) in columns {
        let Some(rows) = target.tables.get(table).and_then(|table| table.rows.as_ref()) else { continue };
        if !rows.columns().any(|name| name == column) || rows.key.contains(column) {
            continue;
        }
        let given = values.backfills.iter_mut().find(|it| it.table == *table && it.column == *column);
        let before = base.tables.get(table).and_then(|table| table.rows.as_ref());
        let before = before.and_then(|before| Some((before, before.common_key(rows)?)));
        let leaving: Vec<&ReferenceRow> = before
            .into_iter()
            .flat_map(|(before, key)| before.rows.iter().filter(move |row| rows.same_row(row, key).is_none()))
            .filter(|row| rows.key.iter().all(|name| row.contains_key(name)))
            .collect();
        let value = by_key(dialect, rows, &leaving, column, given.as_ref().map(|it| it.value.as_str()));
        match given {
            Some(given) => given.value = value,
            None => {
                let (table, column) = (table.clone(), column.clone());
                values.backfills.push(Backfill { table, column, value });
            }
        }
    }
    values
}
