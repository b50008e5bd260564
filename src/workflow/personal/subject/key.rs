//! The one row that a person is named by.
//!
//! Must not know the rows that refer to it.

use sea_gen_runner::Error;
use sea_gen_runner::session::Session;

use crate::dialect::{self, Product};
use crate::schema::{Name, Schema, Table};

use super::super::super::{Failure, text};
use super::value::{ExportedValue, Read};

/// The condition on the one row of a table that a key names: by its primary key, where it has one.
///
/// # Errors
/// The key names no column, or is no value of its type; the database does not answer; it has no such row, or several.
pub(super) async fn one_row(
    session: &mut Session,
    schema: &Schema,
    table: &Table,
    key: &str,
) -> Result<String, Failure> {
    let product = session.product();
    let read = |names: &[&Name]| -> Vec<Read<'_>> {
        let columns = names.iter().filter_map(|name| table.columns.get(*name));
        columns.map(|column| Read::of(product, schema, table, column)).collect()
    };
    let wanted = wanted(table, key)?;
    let columns = read(&wanted.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let conditions = columns.iter().zip(&wanted).map(|(column, (_, value))| column.equals(value));
    let given = conditions.collect::<Result<Vec<_>, _>>()?.join(" AND ");
    let own = table.primary_key.as_ref().map(|key| key.columns.iter().collect::<Vec<_>>()).unwrap_or_default();
    let own = read(&own);
    let unreadable = |error| Error::new(format!("`{}` cannot be read", table.name)).because(error);
    let of = format!("{} WHERE {given}", dialect::of(product).quote_object(&table.name));
    let number = if product == Product::Postgres { "::text" } else { "" };
    let counted = session.query(&format!("SELECT count(*){number} FROM {of}")).await.map_err(unreadable)?;
    let count: usize = counted.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default();
    if count > 1 {
        let rows = text::plural(count, "row");
        return Err(Error::new(format!("`{}` has {rows} with `{key}`, and one person is meant", table.name))
            .hint(format!("name it by its primary key: `gen subject {} {}`", table.name, example(table)))
            .into());
    }
    let list: Vec<String> = columns.iter().chain(&own).flat_map(Read::expressions).collect();
    let found = session.query(&format!("SELECT {} FROM {of}", list.join(", "))).await.map_err(unreadable)?;
    let Some(row) = found.first() else {
        return Err(Error::new(format!("`{}` has no row {key}", table.name)).into());
    };
    for (at, (column, (name, value))) in columns.iter().zip(&wanted).enumerate() {
        if let ExportedValue::Text(there) = column.value(row, 2 * at)
            && column.is_compared_by_collation()
            && there.trim_end() != value.trim_end()
        {
            return Err(Error::new(format!("`{}` has no row {key}", table.name))
                .because(format!("`{name}` is `{there}` in the row that the database takes for it"))
                .into());
        }
    }
    let mut conditions = Vec::new();
    for (at, column) in own.iter().enumerate() {
        match column.value(row, 2 * (columns.len() + at)) {
            ExportedValue::Text(value) | ExportedValue::Hex(value) => conditions.push(column.equals(&value)?),
            ExportedValue::Null => return Ok(given),
        }
    }
    Ok(if conditions.is_empty() { given } else { conditions.join(" AND ") })
}

/// The columns that a key names, each with its value: `4711`, `email=anna@shop.example`, `shop=1,number=7`.
fn wanted<'k>(table: &Table, key: &'k str) -> Result<Vec<(Name, &'k str)>, Error> {
    let pair = |text: &'k str| {
        let (name, value) = text.split_once('=')?;
        table.columns.get(name).map(|column| (column.name.clone(), value))
    };
    if let Some(pairs) = key.split(',').map(pair).collect::<Option<Vec<_>>>() {
        return Ok(pairs);
    }
    if let Some(pair) = pair(key) {
        return Ok(vec![pair]);
    }
    match table.primary_key.as_ref().map(|key| key.columns.as_slice()) {
        Some([column]) => Ok(vec![(column.clone(), key)]),
        Some(_) | None => Err(Error::new(format!("the primary key of `{}` is not one column", table.name))
            .hint(format!("`gen subject {} {} export`", table.name, example(table)))),
    }
}

/// How a row is named.
fn example(table: &Table) -> String {
    let names = table.primary_key.as_ref().map(|key| key.columns.as_slice()).unwrap_or_default();
    let pairs: Vec<String> = names.iter().map(|name| format!("{name}=…")).collect();
    if pairs.is_empty() { "column=value".to_owned() } else { pairs.join(",") }
}
