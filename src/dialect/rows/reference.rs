//! The SQL that adds, changes and removes declared rows.
//!
//! A row that is added may be there already, in a database that was adopted or filled by hand: then it gets the declared
//! values. A changed row gets the values that the declaration changes, whatever it had; its other values stay as they are, and
//! a row that somebody has deleted stays deleted. This is what `update_or_create` in a Django migration does, and what people
//! write by hand for Alembic and Flyway: the migration that runs last counts, and no deployment stops because somebody has
//! edited a row. `gen check` lists such rows. Must not know why rows are declared.

use crate::dialect::{Dialect, Statement};
use crate::plan::{RowDifference, RowsChange};
use crate::schema::{Column, Literal, Name, ObjectName, Product, ReferenceRow, ReferenceRows, RowValue, Schema};

use super::value;

/// The number of rows that one statement writes.
const BATCH: usize = 200;

/// The statements of a change: removed rows first, then changed ones, then added ones.
pub(super) fn statements(dialect: &dyn Dialect, change: &RowsChange) -> Vec<Statement> {
    let key = match (&change.rows.from, &change.rows.to) {
        (Some(from), Some(to)) => from.common_key(to).unwrap_or(&from.key).to_vec(),
        (Some(rows), None) | (None, Some(rows)) => rows.key.clone(),
        (None, None) => return Vec::new(),
    };
    let table = dialect.quote_object(&change.table);
    let note = format!("changes data: reference rows of {}", change.table);
    let by_key = format!("{note}\nlint: allow rows-under-lock these few rows are found by their key");
    let (mut removed, mut added, mut written) = (Vec::new(), Vec::new(), Vec::new());
    let all = RowDifference::all(&change.rows);
    for it in &all {
        match it {
            RowDifference::Removed(_, row) => removed.push(*row),
            RowDifference::Added(_, row) => added.push(*row),
            RowDifference::Changed(..) => {}
        }
    }
    for rows in removed.chunks(BATCH) {
        let sql = format!("DELETE FROM {table}\nWHERE {}", any_of(dialect, &key, rows));
        written.push(Statement::new(sql).with_note(by_key.clone()));
    }
    for it in &all {
        if let RowDifference::Changed(_, row, values) = it {
            let set =
                values.iter().map(|(name, _, value)| format!("{} = {}", dialect.quote(name), literal(dialect, value)));
            let is_set = |name: &&Name| values.iter().any(|(set, ..)| set == name);
            let kept = change.moving.iter().filter(|name| !is_set(name)).map(|name| dialect.quote(name));
            let set: Vec<String> = set.chain(kept.map(|name| format!("{name} = {name}"))).collect();
            let sql = format!("UPDATE {table}\nSET {}\nWHERE {}", set.join(", "), is_row(dialect, &key, row));
            written.push(Statement::new(sql).with_note(by_key.clone()));
        }
    }
    if let Some(rows) = &change.rows.to {
        let needed = format!("{note}\nlint: allow seed-data the program needs these rows");
        let insert = |rows_of_statement: &[&ReferenceRow]| {
            Statement::new(insert(dialect, change, rows, rows_of_statement)).with_note(needed.clone())
        };
        written.extend(added.chunks(BATCH).map(insert));
        if !added.is_empty() {
            let counters = change.numbered.iter().filter_map(|column| counter(dialect, change, column));
            written.extend(counters.map(|sql| Statement::new(sql).with_note(note.clone())));
        }
    }
    written
}

/// Inserts rows, and gives existing rows the declared values. MySQL and MariaDB take a row for the same that has the
/// values of any unique key: it gets the declared key too, so that no other row is changed unseen.
fn insert(dialect: &dyn Dialect, change: &RowsChange, rows: &ReferenceRows, added: &[&ReferenceRow]) -> String {
    let others = added.iter().take(1).flat_map(|row| row.keys()).filter(|name| !rows.key.contains(name));
    let columns: Vec<&Name> = rows.key.iter().chain(others).collect();
    let list = |names: &[&Name]| names.iter().map(|name| dialect.quote(name)).collect::<Vec<_>>().join(", ");
    let line = |row: &&ReferenceRow| {
        let values = columns
            .iter()
            .map(|name| row.get(*name).map_or_else(|| "NULL".to_owned(), |value| literal(dialect, value)));
        format!("    ({})", values.collect::<Vec<_>>().join(", "))
    };
    let lines: Vec<String> = added.iter().map(line).collect();
    let key: Vec<&Name> = rows.key.iter().collect();
    let assigned = |names: &[&Name], new: &dyn Fn(&str) -> String| {
        let one = |name: &&Name| format!("{0} = {1}", dialect.quote(name), new(&dialect.quote(name)));
        names.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let others: Vec<&Name> = columns.iter().copied().filter(|name| !rows.key.contains(name)).collect();
    let upsert = match dialect.product() {
        Product::Postgres | Product::Sqlite if others.is_empty() => format!("ON CONFLICT ({}) DO NOTHING", list(&key)),
        Product::Postgres | Product::Sqlite => {
            let set = assigned(&others, &|name| format!("excluded.{name}"));
            format!("ON CONFLICT ({}) DO UPDATE SET {set}", list(&key))
        }
        Product::MySql | Product::MariaDb => {
            format!("ON DUPLICATE KEY UPDATE {}", assigned(&columns, &|name| format!("VALUES({name})")))
        }
    };
    let overriding = match change.overriding && dialect.product() == Product::Postgres {
        true => "OVERRIDING SYSTEM VALUE\n",
        false => "",
    };
    let table = dialect.quote_object(&change.table);
    format!("INSERT INTO {table} ({})\n{overriding}VALUES\n{}\n{upsert}", list(&columns), lines.join(",\n"))
}

/// Moves the counter of a numbered column behind the declared rows, and never back. The other products do it themselves.
fn counter(dialect: &dyn Dialect, change: &RowsChange, column: &Name) -> Option<String> {
    if dialect.product() != Product::Postgres {
        return None;
    }
    let text = |text: &str| dialect.literal(&Literal::Text(text.to_owned()));
    let table = dialect.quote_object(&change.table);
    let (of, name, column) = (text(&table), text(column.as_str()), dialect.quote(column));
    Some(format!(
        "SELECT setval(counter, greatest((SELECT max({column}) FROM {table}), pg_sequence_last_value(counter)))\n\
         FROM (SELECT pg_get_serial_sequence({of}, {name})::regclass AS counter) AS numbered\n\
         WHERE counter IS NOT NULL AND (SELECT max({column}) FROM {table}) >= (SELECT seqmin FROM pg_sequence WHERE seqrelid = counter)"
    ))
}

/// The query that reads columns of rows of a table without a loss: of those with these keys, or of all.
pub fn selection(
    dialect: &dyn Dialect,
    schema: &Schema,
    table: &ObjectName,
    columns: &[&Column],
    of: Option<(&[Name], &[&ReferenceRow])>,
) -> String {
    let columns: Vec<String> = columns.iter().map(|column| value::spelled(dialect, schema, column)).collect();
    let all = format!("SELECT {}\nFROM {}", columns.join(", "), dialect.quote_object(table));
    match of {
        Some((key, rows)) => format!("{all}\nWHERE {}", any_of(dialect, key, rows)),
        None => all,
    }
}

/// The expression that gives each row its declared value of a column, and every other row another value or NULL. A row of
/// `leaving` gets the value of the first one until it is removed.
pub fn by_key(
    dialect: &dyn Dialect,
    rows: &ReferenceRows,
    leaving: &[&ReferenceRow],
    column: &Name,
    other: Option<&str>,
) -> String {
    let case = |row: &ReferenceRow, of: &ReferenceRow| {
        let value = of.get(column).map_or_else(|| "NULL".to_owned(), |value| literal(dialect, value));
        format!(" WHEN {} THEN {value}", is_row(dialect, &rows.key, row))
    };
    let declared = rows.rows.iter().map(|row| case(row, row));
    let leaving = rows.rows.first().into_iter().flat_map(|first| leaving.iter().map(move |row| case(row, first)));
    let cases: String = declared.chain(leaving).collect();
    let other = other.map(|other| format!(" ELSE {other}")).unwrap_or_default();
    format!("CASE{cases}{other} END")
}

/// The condition that a row is one of these.
fn any_of(dialect: &dyn Dialect, key: &[Name], rows: &[&ReferenceRow]) -> String {
    if let [name] = key {
        let values: Vec<String> =
            rows.iter().filter_map(|row| row.get(name)).map(|value| literal(dialect, value)).collect();
        return match &*values {
            [value] => format!("{} = {value}", dialect.quote(name)),
            _ => format!("{} IN ({})", dialect.quote(name), values.join(", ")),
        };
    }
    let each: Vec<String> = rows.iter().map(|row| is_row(dialect, key, row)).collect();
    match &*each {
        [one] => one.clone(),
        _ => each.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join("\n   OR "),
    }
}

fn is_row(dialect: &dyn Dialect, key: &[Name], row: &ReferenceRow) -> String {
    let one = |name: &Name| {
        let value = row.get(name).unwrap_or(&RowValue::Null);
        format!("{} = {}", dialect.quote(name), literal(dialect, value))
    };
    key.iter().map(one).collect::<Vec<_>>().join(" AND ")
}

/// A value in SQL.
fn literal(dialect: &dyn Dialect, value: &RowValue) -> String {
    match value {
        RowValue::Null => "NULL".to_owned(),
        RowValue::Boolean(truth) => dialect.literal(&Literal::Boolean(*truth)),
        RowValue::Number(number) => dialect.literal(&Literal::Number(number.clone())),
        RowValue::Text(text) => dialect.literal(&Literal::Text(text.clone())),
        RowValue::Bytes(digits) => match dialect.product() {
            Product::Postgres => format!("decode('{digits}', 'hex')"),
            Product::MySql | Product::MariaDb | Product::Sqlite => format!("X'{digits}'"),
        },
    }
}
