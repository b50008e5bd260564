//! The facets that foreign keys and views depend on: databases refuse to change them while the dependent exists.
//!
//! Must not know SQL. Used to refuse such a change, and to find the dependents that must be dropped for it.

use crate::schema::{Column, ForeignKey, Generated, Index, IndexTarget, Name, ObjectName, Schema, Table, Type, Unique};

/// The facets of a column that its dependents rely on: type, collation, generation expression.
pub type ColumnDependency<'a> = (&'a Type, Option<&'a str>, Option<&'a Generated>);

/// The facets of a column that its dependents rely on. Its default, its comment and its nullability may change under them.
pub fn column_dependency(column: &Column) -> ColumnDependency<'_> {
    (&column.data_type, column.collation.as_deref(), column.generated.as_ref())
}

/// What a foreign key depends on: its own columns, the referenced columns, and the key or index that keeps those unique. The
/// name of a primary key is not part of it: every database renames it under the foreign key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyDependency<'a> {
    columns: Vec<Option<ColumnDependency<'a>>>,
    primary_key: Option<&'a [Name]>,
    uniques: Vec<&'a Unique>,
    indexes: Vec<&'a Index>,
}

/// The dependencies of a foreign key of the table `owner`.
pub fn key_dependency<'a>(schema: &'a Schema, owner: &ObjectName, key: &ForeignKey) -> KeyDependency<'a> {
    let own = schema.tables.get(owner);
    let referenced = schema.tables.get(&key.references);
    let column =
        |table: Option<&'a Table>, name| table.and_then(|table| table.columns.get(name)).map(column_dependency);
    let own_columns = key.columns.iter().map(|name| column(own, name));
    let referenced_columns = key.referenced_columns.iter().map(|name| column(referenced, name));
    KeyDependency {
        columns: own_columns.chain(referenced_columns).collect(),
        primary_key: referenced
            .and_then(|table| table.primary_key.as_ref())
            .map(|primary| primary.columns.as_slice())
            .filter(|columns| refers_to(key, columns)),
        uniques: referenced
            .iter()
            .flat_map(|table| table.uniques.values().filter(|unique| refers_to(key, &unique.columns)))
            .collect(),
        indexes: referenced
            .iter()
            .flat_map(|table| table.indexes.values().filter(|index| refers_to_index(key, index)))
            .collect(),
    }
}

/// Whether a foreign key refers to exactly these columns, in any order.
pub(super) fn refers_to(key: &ForeignKey, columns: &[Name]) -> bool {
    key.referenced_columns.len() == columns.len() && key.referenced_columns.iter().all(|name| columns.contains(name))
}

/// Whether a foreign key references the columns that the index keeps unique.
pub(super) fn refers_to_index(key: &ForeignKey, index: &Index) -> bool {
    let columns = index.parts.iter().map(|part| match &part.target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    });
    let columns: Option<Vec<Name>> = columns.collect();
    index.unique && index.predicate.is_none() && columns.is_some_and(|columns| refers_to(key, &columns))
}
