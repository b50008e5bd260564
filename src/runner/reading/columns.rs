//! The columns, keys and references of a table in a statement.
//!
//! Must not know other changes of the table.

use crate::sql::TokenKind;

use super::clause_kind::ClauseKind;
use super::cursor::Cursor;
use super::model::{ColumnRead, Feature, Reading, Reference};

/// Words that end the type of a column.
const BEHIND: &[&str] = &[
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "REFERENCES",
    "CHECK",
    "CONSTRAINT",
    "COLLATE",
    "GENERATED",
    "AS",
    "USING",
    "COMMENT",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "AFTER",
    "FIRST",
    "ON",
    "KEY",
    "INVISIBLE",
    "VISIBLE",
    "ALGORITHM",
    "LOCK",
];

/// A part of a `CREATE TABLE`: a column, a key or a reference.
pub(super) fn part(table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) {
    let name = if cursor.take("CONSTRAINT") { cursor.name() } else { String::new() };
    if cursor.take("FOREIGN KEY") {
        named(ClauseKind::AddForeignKey, table, &name, reading);
        reference(table, cursor, reading);
    } else if let Some(word) = cursor.take_any(&["PRIMARY KEY", "UNIQUE", "KEY", "INDEX"]) {
        let kind = match word {
            "PRIMARY KEY" => ClauseKind::AddPrimaryKey,
            "UNIQUE" => ClauseKind::AddUnique,
            _ => ClauseKind::CreateIndex,
        };
        // MySQL and MariaDB have the name behind the word.
        while cursor.take_any(&["KEY", "INDEX"]).is_some() {}
        let name = if name.is_empty() && !cursor.is_at("(") { cursor.name() } else { name };
        // A column may be called `key`: what is in the parentheses of its type is no name.
        if !names(cursor).iter().any(String::is_empty) {
            named(kind, table, &name, reading);
        }
        key(table, cursor, reading);
    } else if cursor.is_at("CHECK") {
        named(ClauseKind::AddCheck, table, &name, reading);
    } else if ["EXCLUDE", "LIKE", "FULLTEXT", "SPATIAL", "PERIOD"].iter().all(|word| !cursor.is_at(word)) {
        let name = cursor.name();
        column(table, name, cursor, reading);
    }
}

/// The name of an index, key or constraint, if it has one; its columns are the next feature.
pub(super) fn named(kind: ClauseKind, table: &str, name: &str, reading: &mut Reading) {
    if !name.is_empty() {
        reading.features.push(Feature::Names { kind, table: table.to_owned(), name: name.to_owned() });
    }
}

/// A column, its type and its constraints.
pub(super) fn column(table: &str, name: String, cursor: Cursor<'_>, reading: &mut Reading) {
    let own = cursor.holds("PRIMARY KEY") || cursor.holds("UNIQUE");
    if own {
        reading.features.push(Feature::Key { table: table.to_owned(), columns: vec![name.clone()] });
    }
    if let Some(mut to) = cursor.after("REFERENCES") {
        let references = to.object();
        let referenced = if to.is_at("(") { names(to) } else { Vec::new() };
        let columns = vec![name.clone()];
        reading.features.push(Feature::Reference(Reference {
            table: table.to_owned(),
            columns,
            references,
            referenced,
        }));
    }
    let (data_type, rest) = typed(cursor);
    let using = cursor.after("USING").map(|using| using.rest());
    let converted = using.is_some_and(|using| !is_cast(using, &name));
    // The name of its table is the whole row.
    let bare = table.rsplit_once('.').map_or(table, |(_, bare)| bare);
    let replaced = using.is_some_and(|using| !names_any(using, &[&name, bare]));
    let (table, computed) = (table.to_owned(), is_computed(cursor));
    reading.features.push(Feature::Column(ColumnRead { table, name, data_type, rest, computed, converted, replaced }));
}

/// Whether the words behind a column's name make it a number that counts up by itself.
pub(super) fn is_numbered(cursor: Cursor<'_>) -> bool {
    ["SERIAL", "BIGSERIAL", "SMALLSERIAL", "AUTO_INCREMENT", "IDENTITY"].iter().any(|it| cursor.holds(it))
}

/// Whether they make it one that is computed from others.
pub(super) fn is_computed(cursor: Cursor<'_>) -> bool {
    cursor.holds("AS") && !is_numbered(cursor)
}

/// Whether an expression contains one of these names.
pub(super) fn names_any(words: &[super::cursor::Word], names: &[&str]) -> bool {
    words.iter().any(|word| names.iter().any(|name| word.name.eq_ignore_ascii_case(name)))
}

/// Whether an expression is the column, perhaps as a value of another type.
fn is_cast(words: &[super::cursor::Word], column: &str) -> bool {
    let names: Vec<&str> = words.iter().map(|word| word.name.as_str()).filter(|name| !name.is_empty()).collect();
    let casts =
        words.iter().all(|word| word.kind != TokenKind::Symbol || word.text.chars().all(|it| ":.,()[]".contains(it)));
    casts && names.first() == Some(&column)
}

/// The columns of a foreign key, behind its words.
pub(super) fn reference(table: &str, cursor: Cursor<'_>, reading: &mut Reading) {
    let Some(mut to) = cursor.after("REFERENCES") else { return };
    let columns = names(cursor);
    let references = to.object();
    let referenced = if to.is_at("(") { names(to) } else { Vec::new() };
    reading.features.push(Feature::Reference(Reference { table: table.to_owned(), columns, references, referenced }));
}

/// The columns of an index or of a key that has one.
pub(super) fn key(table: &str, cursor: Cursor<'_>, reading: &mut Reading) {
    reading.features.push(Feature::Key { table: table.to_owned(), columns: names(cursor) });
}

pub(super) fn names(cursor: Cursor<'_>) -> Vec<String> {
    cursor.inside().map(|inside| inside.parts().into_iter().map(|mut part| part.name()).collect()).unwrap_or_default()
}

/// The words of a type, and those behind it.
fn typed(cursor: Cursor<'_>) -> (String, String) {
    let words = cursor.rest();
    let ends = words.iter().enumerate().position(|(at, word)| {
        let of_text = word.text == "CHARACTER" && words.get(at + 1).is_some_and(|next| next.text == "SET");
        of_text || BEHIND.contains(&word.text.as_str())
    });
    let at = ends.unwrap_or(words.len());
    let joined = |words: &[super::cursor::Word]| {
        let mut text = String::new();
        for word in words {
            let glued = text.ends_with('(') || matches!(word.text.as_str(), "(" | ")" | "," | "[" | "]");
            if !text.is_empty() && !glued {
                text.push(' ');
            }
            text.push_str(if word.name.is_empty() { &word.text } else { &word.name });
        }
        text
    };
    (joined(words.get(..at).unwrap_or_default()), joined(words.get(at..).unwrap_or_default()))
}
