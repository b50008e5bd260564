//! A schema in DBML, the format of dbdiagram.io.
//!
//! Must not know the other formats.

use crate::plan::{action_name, type_name};
use crate::schema::{Check, Column, DefaultValue, ForeignKey, Index, IndexTarget, Name, ObjectName, Schema, Table};

use super::facts;

/// All enum types, tables and foreign keys.
pub fn dbml(schema: &Schema) -> String {
    let enums = schema.enums.values().map(|it| {
        let values: String = it.values.iter().map(|value| format!("  {}\n", quoted(value))).collect();
        format!("Enum {} {{\n{values}}}\n", object(&it.name))
    });
    let tables = schema.tables.values().map(table);
    let keys = schema.tables.values().flat_map(|table| {
        let known = |key: &&ForeignKey| schema.tables.contains_key(&key.references);
        table.foreign_keys.values().filter(known).map(|key| reference(table, key))
    });
    enums.chain(tables).chain(keys).collect::<Vec<_>>().join("\n")
}

fn table(table: &Table) -> String {
    let columns: String = table.columns.values().map(|it| column(table, it)).collect();
    let mut indexes = String::new();
    // The key of one column stands beside the column.
    if let Some(key) = table.primary_key.as_ref().filter(|key| key.columns.len() > 1) {
        indexes.push_str(&format!("    ({}) [pk]\n", names(&key.columns)));
    }
    for unique in table.uniques.values() {
        indexes.push_str(&format!("    ({}) [unique, name: {}]\n", names(&unique.columns), text(unique.name.as_str())));
    }
    indexes.extend(table.indexes.values().map(index));
    let indexes = if indexes.is_empty() { indexes } else { format!("\n  indexes {{\n{indexes}  }}\n") };
    let check = |it: &Check| format!("    {} [name: {}]\n", expression(it.expression.text()), text(it.name.as_str()));
    let checks: String = table.checks.values().map(check).collect();
    let checks = if checks.is_empty() { checks } else { format!("\n  checks {{\n{checks}  }}\n") };
    let note = table.comment.as_ref().map(|it| format!("\n  Note: {}\n", text(it))).unwrap_or_default();
    format!("Table {} {{\n{columns}{indexes}{checks}{note}}}\n", object(&table.name))
}

fn column(table: &Table, column: &Column) -> String {
    let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.clone()]);
    let mut settings = Vec::new();
    settings.extend(is_key.then(|| "pk".to_owned()));
    settings.extend(column.identity.map(|_| "increment".to_owned()));
    settings.push(if column.nullable { "null" } else { "not null" }.to_owned());
    settings.extend(column.default.as_ref().map(|it| format!("default: {}", default(it))));
    let further = [facts::generated(column), facts::further(column), column.comment.clone().unwrap_or_default()];
    let note = further.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ");
    settings.extend((!note.is_empty()).then(|| format!("note: {}", text(&note))));
    let kind = match column.data_type.enum_name() {
        Some(name) if column.data_type == crate::schema::Type::Enum(name.clone()) => object(name),
        _ => quoted(&type_name(&column.data_type)),
    };
    format!("  {} {kind} [{}]\n", quoted(column.name.as_str()), settings.join(", "))
}

fn default(default: &DefaultValue) -> String {
    let said = crate::plan::default_text(default);
    let is_number = said.parse::<f64>().is_ok_and(f64::is_finite);
    match is_number && said.chars().all(|it| it.is_ascii_digit() || it == '.' || it == '-') {
        true => said,
        false => expression(&said),
    }
}

fn index(index: &Index) -> String {
    let parts = index.parts.iter().map(|part| match &part.target {
        IndexTarget::Column(name) => quoted(name.as_str()),
        IndexTarget::Expression(it) => expression(it.text()),
    });
    let mut settings = vec![format!("name: {}", text(index.name.as_str()))];
    settings.extend(index.unique.then(|| "unique".to_owned()));
    let said = [facts::index_further(index), index.comment.clone().unwrap_or_default()];
    let note = said.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ");
    settings.extend((!note.is_empty()).then(|| format!("note: {}", text(&note))));
    format!("    ({}) [{}]\n", parts.collect::<Vec<_>>().join(", "), settings.join(", "))
}

fn reference(table: &Table, key: &ForeignKey) -> String {
    let sign = if facts::refers_once(table, key) { "-" } else { ">" };
    let side = |name: &ObjectName, columns: &[Name]| match columns {
        [one] => format!("{}.{}", object(name), quoted(one.as_str())),
        several => format!("{}.({})", object(name), names(several)),
    };
    let mut settings = Vec::new();
    settings.extend(key.on_delete.map(|action| format!("delete: {}", action_name(action))));
    settings.extend(key.on_update.map(|action| format!("update: {}", action_name(action))));
    let settings = if settings.is_empty() { String::new() } else { format!(" [{}]", settings.join(", ")) };
    let (from, to) = (side(&table.name, &key.columns), side(&key.references, &key.referenced_columns));
    format!("Ref {}: {from} {sign} {to}{settings}\n", quoted(key.name.as_str()))
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| quoted(name.as_str())).collect::<Vec<_>>().join(", ")
}

fn object(name: &ObjectName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!("{}.", quoted(schema.as_str()))).unwrap_or_default();
    format!("{schema}{}", quoted(name.name.as_str()))
}

/// A name between quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}

/// A text between quotes.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace(['\n', '\r'], " "))
}

/// An expression; DBML has no way to write a backtick in one.
fn expression(text: &str) -> String {
    format!("`{}`", text.replace('`', "\"").replace(['\n', '\r'], " "))
}
