//! Files of reference rows: one row a line, in the order of their keys.
//!
//! Must not know where the file is, or how it is read.

use crate::schema::{Name, ReferenceRow, ReferenceRows, RowValue, Table, Type};

/// The text of the file with the rows of a table. `declared` is the table as the entities declare it.
pub fn rows_text(table: &Table, declared: &Table, rows: &ReferenceRows) -> String {
    let columns: Vec<&Name> = rows
        .key
        .iter()
        .chain(table.columns.keys().filter(|name| !rows.key.contains(name)))
        .filter(|name| rows.columns().any(|column| column == *name))
        .collect();
    let is_json = |name: &Name| {
        declared.columns.get(name).is_some_and(|column| matches!(column.data_type, Type::Json | Type::JsonBinary))
    };
    let line = |row: &ReferenceRow| {
        let value = |name: &&&Name| {
            let value = row.get(**name).unwrap_or(&RowValue::Null);
            format!("{}: {}", quoted(name.as_str()), written(value, is_json(name)))
        };
        format!("    {{{}}}", columns.iter().map(|name| value(&name)).collect::<Vec<_>>().join(", "))
    };
    let key: Vec<String> = rows.key.iter().map(|name| quoted(name.as_str())).collect();
    let lines: Vec<String> = rows.rows.iter().map(line).collect();
    format!(
        "{{\n  \"table\": {},\n  \"key\": [{}],\n  \"rows\": [\n{}\n  ]\n}}\n",
        quoted(&table.name.to_string()),
        key.join(", "),
        lines.join(",\n")
    )
}

/// A value. A number that other programs would round is written as text.
fn written(value: &RowValue, is_json: bool) -> String {
    match value {
        RowValue::Null => "null".to_owned(),
        RowValue::Boolean(truth) => truth.to_string(),
        RowValue::Number(number) => match number.parse::<i64>() {
            Ok(whole) if whole.unsigned_abs() < 1 << 53 => number.clone(),
            _ => quoted(number),
        },
        RowValue::Text(text) if is_json => text.clone(),
        RowValue::Text(text) => quoted(text),
        RowValue::Bytes(digits) => quoted(&format!("0x{digits}")),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
