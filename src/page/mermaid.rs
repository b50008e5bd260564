//! A schema as an entity relationship diagram of Mermaid.
//!
//! Mermaid takes few characters in the names of attributes and types: others are replaced by `_`, and the name is then in the
//! remark. Must not know the other formats.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::type_name;
use crate::schema::{Name, ObjectName, Schema, Table};

use super::facts;

/// An `erDiagram` of all tables, with a final line break.
pub fn mermaid(schema: &Schema) -> String {
    let ids: BTreeMap<&ObjectName, String> =
        schema.tables.keys().enumerate().map(|(at, name)| (name, format!("t{}", at + 1))).collect();
    let mut text = "erDiagram\n".to_owned();
    for (name, id) in &ids {
        let Some(table) = schema.tables.get(name) else { continue };
        text.push_str(&format!("  {id}[\"{}\"] {{\n", label(&name.to_string())));
        let referring: BTreeSet<&Name> = table.foreign_keys.values().flat_map(|key| &key.columns).collect();
        for column in table.columns.values() {
            text.push_str(&attribute(table, column, referring.contains(&column.name)));
        }
        text.push_str("  }\n");
    }
    for table in schema.tables.values() {
        for key in table.foreign_keys.values() {
            let (Some(child), Some(parent)) = (ids.get(&table.name), ids.get(&key.references)) else { continue };
            let one = if facts::refers_optionally(table, key) { "|o" } else { "||" };
            let many = if facts::refers_once(table, key) { "o|" } else { "o{" };
            text.push_str(&format!("  {parent} {one}--{many} {child} : \"{}\"\n", label(&facts::list(&key.columns))));
        }
    }
    text
}

fn attribute(table: &Table, column: &crate::schema::Column, refers: bool) -> String {
    let (kind, name) = (type_name(&column.data_type), column.name.as_str());
    let (shown_kind, shown_name) = (word(&kind), word(name));
    let mut keys = Vec::new();
    keys.extend(facts::is_primary(table, &column.name).then_some("PK"));
    keys.extend(refers.then_some("FK"));
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend((shown_name != name).then(|| name.to_owned()));
    remarks.extend((column.nullable).then(|| "null".to_owned()));
    remarks.extend(column.comment.clone());
    let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
    let remark = if remarks.is_empty() { String::new() } else { format!(" \"{}\"", label(&remarks.join("; "))) };
    format!("    {shown_kind} {shown_name}{keys}{remark}\n")
}

/// A word that Mermaid reads as a type or the name of an attribute.
fn word(text: &str) -> String {
    let plain: String = text.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
    let plain = plain.trim_end_matches('_');
    match plain.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => plain.to_owned(),
        false => format!("x{plain}"),
    }
}

/// A text between quotes: on one line, without the characters that end it or mean something there.
pub(super) fn label(text: &str) -> String {
    let replaced = text.chars().map(|it| match it {
        '"' | '`' => '\'',
        '%' | '\\' => '/',
        '<' => '‹',
        '>' => '›',
        '&' | '#' | ';' => ',',
        '[' | '{' => '(',
        ']' | '}' => ')',
        it if it.is_control() => ' ',
        it => it,
    });
    replaced.collect()
}
