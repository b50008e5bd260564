//! Parts that name a table, a column or an enum type which the target no longer has after an accepted difference is left out.
//!
//! Must not know what is accepted, or why.

use std::collections::BTreeSet;

use crate::dialect::expression::mentions;
use crate::schema::{ForeignKey, Index, IndexTarget, Name, ObjectName, Product, Schema, Table};

/// Removes the parts of these tables, and the foreign keys to them, that name a column or a table which `before` has and
/// `schema` has not. An enum type that a column still has is kept as the base has it.
pub(super) fn remove_dangling(
    product: Product,
    schema: &mut Schema,
    before: &Schema,
    base: &Schema,
    changed: &BTreeSet<ObjectName>,
) {
    let is_near = |table: &Table| {
        changed.contains(&table.name) || table.foreign_keys.values().any(|key| changed.contains(&key.references))
    };
    let near: Vec<ObjectName> = schema.tables.values().filter(|it| is_near(it)).map(|it| it.name.clone()).collect();
    for name in near {
        let Some(mut table) = schema.tables.get(&name).cloned() else { continue };
        let gone: Vec<&Name> = before.tables.get(&name).map_or_else(Vec::new, |it| {
            it.columns.keys().filter(|column| !table.columns.contains_key(*column)).collect()
        });
        let is_gone = |text: &str| gone.iter().any(|column| mentions(product, text, column.as_str()));
        let Table { columns, primary_key, uniques, checks, indexes, foreign_keys, .. } = &mut table;
        let has = |names: &[Name]| names.iter().all(|name| columns.contains_key(name));
        if primary_key.as_ref().is_some_and(|key| !has(&key.columns)) {
            let old = base.tables.get(&name).and_then(|old| old.primary_key.clone());
            *primary_key = old.filter(|old| has(&old.columns));
        }
        let has_parts = |index: &Index| {
            let has_part = |target: &IndexTarget| match target {
                IndexTarget::Column(name) => columns.contains_key(name),
                IndexTarget::Expression(it) => !is_gone(it.text()),
            };
            index.parts.iter().all(|part| has_part(&part.target))
                && has(&index.include)
                && !index.predicate.as_ref().is_some_and(|it| is_gone(it.text()))
        };
        let refers = |key: &ForeignKey| match schema.tables.get(&key.references) {
            Some(other) => key.referenced_columns.iter().all(|name| other.columns.contains_key(name)),
            // The base may also keep tables of which only the name is known.
            None => !before.tables.contains_key(&key.references) && !base.tables.contains_key(&key.references),
        };
        uniques.retain(|_, unique| has(&unique.columns));
        checks.retain(|_, check| !is_gone(check.expression.text()));
        indexes.retain(|_, index| has_parts(index));
        foreign_keys.retain(|_, key| has(&key.columns) && refers(key));
        if schema.tables.get(&name) != Some(&table) {
            schema.tables.insert(name, table);
        }
    }
    keep_types(schema, before, base);
}

fn keep_types(schema: &mut Schema, before: &Schema, base: &Schema) {
    let columns = schema.tables.values().flat_map(|table| table.columns.values());
    let used: BTreeSet<ObjectName> = columns.filter_map(|column| column.data_type.enum_name()).cloned().collect();
    for name in used {
        let found = base.enums.get(&name).or_else(|| before.enums.get(&name));
        if let Some(found) = found.filter(|_| !schema.enums.contains_key(&name)) {
            schema.enums.insert(name, found.clone());
        }
    }
}
