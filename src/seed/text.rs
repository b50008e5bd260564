//! Rows as statements and as JSON.
//!
//! Must not know connections or files.

use serde_json::json as value;

use crate::dialect::{self, Dialect, Product};
use crate::schema::{Literal, Name};

use super::{Filled, Seeds, Value};

/// How many rows one statement inserts: enough to be fast, few enough for a server's limit on a statement's length.
const AT_ONCE: usize = 200;

/// A statement that inserts rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// The statement.
    pub sql: String,
    /// How many rows it inserts.
    pub rows: usize,
    /// The same, row by row, for when one of them is refused.
    pub single: Vec<String>,
}

/// The statements that insert a table's rows.
pub fn inserts(dialect: &dyn Dialect, filled: &Filled) -> Vec<Insert> {
    let columns: Vec<String> = filled.columns.iter().map(|column| dialect.quote(column)).collect();
    let overriding = if filled.overriding { " OVERRIDING SYSTEM VALUE" } else { "" };
    let head =
        format!("INSERT INTO {} ({}){overriding} VALUES", dialect.quote_object(&filled.table), columns.join(", "));
    let tuples: Vec<String> = filled
        .rows
        .iter()
        .map(|row| format!("({})", row.iter().map(|value| value.sql(dialect)).collect::<Vec<_>>().join(", ")))
        .collect();
    tuples
        .chunks(AT_ONCE)
        .map(|chunk| Insert {
            sql: format!("{head}\n  {}", chunk.join(",\n  ")),
            rows: chunk.len(),
            single: chunk.iter().map(|tuple| format!("{head} {tuple}")).collect(),
        })
        .collect()
}

/// The statements that set references to tables filled later.
pub fn later(dialect: &dyn Dialect, filled: &Filled) -> Vec<String> {
    let equals = |name: &Name, value: &Value| format!("{} = {}", dialect.quote(name), value.sql(dialect));
    filled
        .later
        .iter()
        .filter_map(|(index, values)| {
            let row = filled.rows.get(*index)?;
            let place = |name: &Name| filled.columns.iter().position(|column| column == name);
            let key: Option<Vec<String>> =
                filled.key.iter().map(|name| Some(equals(name, row.get(place(name)?)?))).collect();
            let key = key.filter(|key| !key.is_empty())?;
            let set: Vec<String> = values.iter().map(|(name, value)| equals(name, value)).collect();
            let table = dialect.quote_object(&filled.table);
            Some(format!("UPDATE {table} SET {} WHERE {}", set.join(", "), key.join(" AND ")))
        })
        .collect()
}

/// The statements that advance sequences and counters past the inserted rows.
pub fn counters(dialect: &dyn Dialect, filled: &Filled) -> Vec<String> {
    if dialect.product() != Product::Postgres || filled.rows.is_empty() {
        return Vec::new();
    }
    let table = dialect.quote_object(&filled.table);
    let text = |text: &str| dialect.literal(&Literal::Text(text.to_owned()));
    let counter = |column: &Name| {
        let (name, column) = (text(column.as_str()), dialect.quote(column));
        format!("SELECT setval(pg_get_serial_sequence({}, {name}), (SELECT max({column}) FROM {table}))", text(&table))
    };
    filled.numbered.iter().map(counter).collect()
}

/// Statements around the rows if foreign keys must be deferred, in a transaction.
pub fn around(product: Product) -> (&'static str, Option<&'static str>) {
    match product {
        Product::Postgres => ("SET CONSTRAINTS ALL DEFERRED", None),
        Product::Sqlite => ("PRAGMA defer_foreign_keys = ON", None),
        Product::MySql | Product::MariaDb => ("SET foreign_key_checks = 0", Some("SET foreign_key_checks = 1")),
    }
}

/// Everything as one SQL script.
pub fn script(product: Product, seeds: &Seeds) -> String {
    let dialect = dialect::of(product);
    let (begin, waits) = (if product == Product::Sqlite { "BEGIN" } else { "START TRANSACTION" }, around(product));
    let mut statements = vec![begin.to_owned()];
    statements.extend(seeds.deferred.then(|| waits.0.to_owned()));
    for filled in &seeds.tables {
        statements.extend(inserts(dialect, filled).into_iter().map(|insert| insert.sql));
    }
    for filled in &seeds.tables {
        statements.extend(later(dialect, filled));
        statements.extend(counters(dialect, filled));
    }
    statements.extend(waits.1.filter(|_| seeds.deferred).map(str::to_owned));
    statements.push("COMMIT".to_owned());
    let mut text: String = seeds.notes.iter().map(|note| format!("-- {note}\n")).collect();
    for statement in statements {
        text.push_str(&statement);
        text.push_str(";\n");
    }
    text
}

/// Everything as JSON: tables in the order in which they can be filled, each with its rows as objects.
pub fn json(seeds: &Seeds) -> String {
    let tables = seeds.tables.iter().map(|filled| {
        let rows = filled.rows.iter().enumerate().map(|(index, row)| {
            let mut object: serde_json::Map<String, serde_json::Value> = filled
                .columns
                .iter()
                .zip(row)
                .map(|(column, value)| (column.as_str().to_owned(), value.json()))
                .collect();
            for (_, values) in filled.later.iter().filter(|(later, _)| *later == index) {
                object.extend(values.iter().map(|(column, value)| (column.as_str().to_owned(), value.json())));
            }
            serde_json::Value::Object(object)
        });
        value!({ "table": filled.table, "rows": rows.collect::<Vec<_>>() })
    });
    format!("{:#}\n", value!({ "tables": tables.collect::<Vec<_>>(), "notes": seeds.notes }))
}
