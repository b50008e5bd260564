//! The objects whose texts a database rewrites because an object that they name is renamed: no statement names them.
//!
//! Must not know which object is renamed, or what the database makes of a text.

use std::collections::BTreeSet;

use crate::schema::{Name, ObjectName, Schema, Table, Type};

use super::{WordSet, plain, texts_of};

/// The words of statements that rename an object, or move it into another schema, whose name then stands before it.
const RENAMING: [&str; 3] = ["rename", "change", "schema"];

/// What a routine in standard SQL begins its body with: that is stored parsed, and printed with the current names.
const PARSED_BODIES: [&str; 2] = ["\nBEGIN ATOMIC", "\nRETURN "];

/// The objects of a schema that may be rewritten.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) relations: BTreeSet<ObjectName>,
    pub(super) routines: BTreeSet<ObjectName>,
}

/// The objects whose texts name something that statements with these words name too; nothing if they rename nothing.
pub(super) fn rewritten(schema: &Schema, statements: &WordSet) -> Rewritten {
    let mut found = Rewritten::default();
    if !RENAMING.iter().any(|word| statements.has(word)) {
        return found;
    }
    let relations =
        schema.tables.keys().chain(schema.views.keys()).chain(schema.enums.keys()).map(|it| it.name.clone());
    let others = schema.routines.keys().chain(schema.definitions.keys().map(|id| &id.name)).map(plain);
    let named: BTreeSet<Name> = relations.chain(others).filter(|name| statements.name(name)).collect();
    let names_one = |texts: &mut dyn Iterator<Item = &str>| {
        let words = WordSet::of(texts);
        named.iter().any(|name| words.name(name))
    };
    for table in schema.tables.values() {
        let (bodies, expressions) = texts_of(table);
        if names_one(&mut bodies.into_iter().chain(expressions).chain(types(table))) {
            found.relations.insert(table.name.clone());
        }
    }
    for view in schema.views.values() {
        if names_one(&mut [view.query.text()].into_iter().chain(view.options.values().map(String::as_str))) {
            found.relations.insert(view.name.clone());
        }
    }
    for definition in schema.definitions.values() {
        if let Some(owner) = &definition.id.on
            && names_one(&mut [definition.create.text()].into_iter())
        {
            found.relations.insert(owner.clone());
        }
    }
    for routine in schema.routines.values() {
        let text = routine.definition.text();
        if PARSED_BODIES.iter().any(|start| text.contains(start)) && names_one(&mut [text].into_iter()) {
            found.routines.insert(routine.name.clone());
        }
    }
    found
}

/// The types of a table's columns, which may be domains.
fn types(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.values().filter_map(|column| match &column.data_type {
        Type::Native(spelling) => Some(spelling.as_str()),
        _ => None,
    })
}
