//! Columns, keys and indexes in words, for every format.
//!
//! Must not know a format.

use crate::plan::{action_name, default_text, index_part, options_text};
use crate::schema::{
    Column, ForeignKey, Identity, Index, IndexPart, IndexTarget, Name, ObjectName, Options, Schema, Table, View,
};

/// `id, name`.
pub(super) fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// The default of a column, if it has one.
pub(super) fn default(column: &Column) -> String {
    column.default.as_ref().map(default_text).unwrap_or_default()
}

/// The numbering of a column, if it has one.
pub(super) fn identity(column: &Column) -> &'static str {
    match column.identity {
        None => "",
        Some(Identity::AutoIncrement) => "auto increment",
        Some(Identity::ByDefault) => "identity by default",
        Some(Identity::Always) => "identity always",
        Some(Identity::Serial) => "serial",
    }
}

/// How a column is generated, if it is.
pub(super) fn generated(column: &Column) -> String {
    let text = |it: &crate::schema::Generated| {
        format!("generated as ({}){}", it.expression.text(), if it.stored { " stored" } else { "" })
    };
    column.generated.as_ref().map(text).unwrap_or_default()
}

/// What else is to be said of a column: `collation de, on update CURRENT_TIMESTAMP`.
pub(super) fn further(column: &Column) -> String {
    let mut words = Vec::new();
    words.extend(column.collation.as_ref().map(|collation| format!("collation {collation}")));
    words.extend(column.on_update.as_ref().map(|it| format!("on update {}", it.text())));
    words.extend(said(&column.options));
    words.join(", ")
}

/// Options in words, if there are any.
pub(super) fn said(options: &Options) -> Option<String> {
    (!options.is_empty()).then(|| options_text(options))
}

/// The parts of an index: `email, (lower(name)) desc`.
pub(super) fn index_parts(index: &Index) -> String {
    index.parts.iter().map(index_part).collect::<Vec<_>>().join(", ")
}

/// The columns of an index, without its expressions.
pub(super) fn index_columns<'i>(index: &'i Index) -> Vec<&'i Name> {
    let column = |part: &'i IndexPart| match &part.target {
        IndexTarget::Column(name) => Some(name),
        IndexTarget::Expression(_) => None,
    };
    index.parts.iter().filter_map(column).collect()
}

/// What else is to be said of an index: `using gin, include (note), where active`.
pub(super) fn index_further(index: &Index) -> String {
    let mut words = Vec::new();
    words.extend(index.method.as_ref().map(|method| format!("using {method}")));
    words.extend((!index.include.is_empty()).then(|| format!("include ({})", list(&index.include))));
    words.extend(said(&index.options));
    words.extend(index.predicate.as_ref().map(|predicate| format!("where {}", predicate.text())));
    words.join(", ")
}

/// The actions and options of a foreign key: `on delete cascade, deferrable`.
pub(super) fn key_further(key: &ForeignKey) -> String {
    let mut words = Vec::new();
    words.extend(key.on_delete.map(|action| format!("on delete {}", action_name(action))));
    words.extend(key.on_update.map(|action| format!("on update {}", action_name(action))));
    words.extend(said(&key.options));
    words.join(", ")
}

/// Whether at most one row refers to a row by this key: its columns are a key of their own.
pub(super) fn refers_once(table: &Table, key: &ForeignKey) -> bool {
    let same = |columns: Vec<&Name>| {
        columns.len() == key.columns.len() && key.columns.iter().all(|column| columns.contains(&column))
    };
    table.primary_key.iter().any(|it| same(it.columns.iter().collect()))
        || table.uniques.values().any(|it| same(it.columns.iter().collect()))
        || table.indexes.values().any(|it| {
            let columns = index_columns(it);
            it.unique && it.predicate.is_none() && columns.len() == it.parts.len() && same(columns)
        })
}

/// Whether a row may refer to none by this key.
pub(super) fn refers_optionally(table: &Table, key: &ForeignKey) -> bool {
    key.columns.iter().any(|name| table.columns.get(name).is_some_and(|column| column.nullable))
}

/// Whether a column is in the primary key.
pub(super) fn is_primary(table: &Table, column: &Name) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.columns.contains(column))
}

/// The tables and views that a view reads, as far as the schema has them.
pub(super) fn reads<'v>(schema: &Schema, view: &'v View) -> Vec<&'v ObjectName> {
    let known = |name: &&ObjectName| schema.tables.contains_key(name) || schema.views.contains_key(*name);
    view.reads.iter().filter(known).collect()
}
