//! SQL files beside the entities: tables that have columns of others (PostgreSQL).
//!
//! Must not know files, or how a statement is read.

use std::collections::BTreeMap;

use sea_gen_runner::sql;

use crate::schema::{Column, Facet, Identity, Name, ObjectName, Part, Product, Schema, Table};

use super::sidecar::Writer;

/// The option of a table with the tables that it inherits.
pub(super) const INHERITS: &str = "inherits";

/// The tables that a table inherits, in order.
pub(super) fn parents<'s>(schema: &'s Schema, table: &Table) -> Vec<&'s Table> {
    let Some(list) = table.options.get(INHERITS) else { return Vec::new() };
    let words = sql::words(Product::Postgres, list);
    let names = words.split(|word| word.is_symbol(','));
    let name = |words: &[sql::Token<'_>]| {
        let mut parts: Vec<Name> = words.iter().filter_map(sql::Token::name).map(Name::from).collect();
        let name = parts.pop()?;
        Some(ObjectName { schema: parts.pop(), name })
    };
    names.filter_map(name).filter_map(|name| schema.tables.get(&name)).collect()
}

/// How many tables stand above a table at most. A table never inherits itself; the guard prevents infinite recursion.
pub(super) fn depth<'s>(schema: &'s Schema, table: &'s Table, known: &mut BTreeMap<&'s ObjectName, usize>) -> usize {
    if !table.options.contains_key(INHERITS) {
        return 0;
    }
    if let Some(depth) = known.get(&table.name) {
        return *depth;
    }
    known.insert(&table.name, 1);
    let above = parents(schema, table).into_iter().map(|parent| depth(schema, parent, known)).max();
    let depth = above.unwrap_or(0) + 1;
    known.insert(&table.name, depth);
    depth
}

/// Whether the table has the column of another one, where it is written.
pub(super) fn is_inherited(column: &Column) -> bool {
    column.options.contains_key("inherited")
}

impl Writer<'_> {
    /// What a table has otherwise of the columns that it inherits.
    pub(super) fn inherited(&self, schema: &Schema, table: &Table, say: &mut dyn FnMut(Vec<Part>, String)) {
        let parents = parents(schema, table);
        let head = format!("ALTER TABLE {} ALTER COLUMN", self.object(&table.name));
        for column in table.columns.values().filter(|column| is_inherited(column)) {
            let Some(above) = parents.iter().find_map(|parent| parent.columns.get(&column.name)) else { continue };
            let name = self.dialect.quote(&column.name);
            let part = |facet| vec![Part::Column(column.name.clone(), facet)];
            let default = above.default.as_ref().filter(|_| above.identity != Some(Identity::Serial));
            match &column.default {
                own if own.as_ref() == default => {}
                Some(own) => say(part(Facet::Default), format!("{head} {name} SET DEFAULT {}", self.default(own))),
                None => say(part(Facet::Default), format!("{head} {name} DROP DEFAULT")),
            }
            if above.nullable && !column.nullable {
                say(part(Facet::Whole), format!("{head} {name} SET NOT NULL"));
            }
        }
    }
}
