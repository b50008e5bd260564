//! The parts of a table that read a column, and names for those that stand beside others.
//!
//! Must not know why they are asked for.

use crate::dialect::expression::mentions;
use crate::plan::{Shape, Space};
use crate::schema::{Index, IndexTarget, Name, Product, Table};

use super::Invented;

/// Whether an index reads a column.
pub(super) fn index_reads(product: Product, index: &Index, column: &Name) -> bool {
    let part = |part: &crate::schema::IndexPart| match &part.target {
        IndexTarget::Column(name) => name == column,
        IndexTarget::Expression(expression) => mentions(product, expression.text(), column.as_str()),
    };
    index.parts.iter().any(part)
        || index.include.contains(column)
        || index.predicate.iter().any(|it| mentions(product, it.text(), column.as_str()))
}

/// Removes the indexes, constraints and foreign keys that read a column.
pub(super) fn remove_readers(product: Product, table: &mut Table, column: &Name) {
    table.indexes.retain(|_, index| !index_reads(product, index, column));
    table.uniques.retain(|_, unique| !unique.columns.contains(column));
    remove_constraints(product, table, column);
}

/// Removes the checks and foreign keys that read a column.
fn remove_constraints(product: Product, table: &mut Table, column: &Name) {
    table.checks.retain(|_, check| !mentions(product, check.expression.text(), column.as_str()));
    table.foreign_keys.retain(|_, key| !key.columns.contains(column));
}

/// Adds the checks and foreign keys of a table that read a column to another state of it.
pub(super) fn add_constraints(product: Product, table: &mut Table, of: &Table, column: &Name) {
    let checks = of.checks.iter().filter(|(_, check)| mentions(product, check.expression.text(), column.as_str()));
    table.checks.extend(checks.map(|(name, check)| (name.clone(), check.clone())));
    let keys = of.foreign_keys.iter().filter(|(_, key)| key.columns.contains(column));
    table.foreign_keys.extend(keys.map(|(name, key)| (name.clone(), key.clone())));
}

impl Invented<'_> {
    /// A name for an index or a unique constraint beside the objects of the old shape: its own if that is free.
    pub(super) fn beside(&self, name: &Name) -> Name {
        let is_taken = self.from.tables.values().any(|table| {
            table.indexes.contains_key(name)
                || table.uniques.contains_key(name)
                || table.checks.contains_key(name)
                || table.foreign_keys.contains_key(name)
                || table.name.name == *name
        });
        match is_taken {
            true => self.names.invent(&Space::Objects, Shape { before: "", stem: name.as_str(), after: "__new" }),
            false => name.clone(),
        }
    }
}
