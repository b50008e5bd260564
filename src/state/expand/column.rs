//! A column with another name, perhaps of another type: both stand side by side, in step, until nobody uses the old one.
//!
//! Must not know where the conversions come from.

use crate::dialect::Dialect;
use crate::dialect::in_step::Twins;
use crate::plan::Rename;
use crate::schema::{Column, Name, ObjectName, Product, Schema};

use super::{Invented, parts};

/// A column that has another name afterwards.
pub(super) struct Moved {
    /// The product.
    pub(super) product: Product,
    /// The table.
    pub(super) table: ObjectName,
    /// The column before.
    pub(super) from: Column,
    /// The column afterwards.
    pub(super) to: Column,
    /// How one becomes the other.
    pub(super) twins: Twins,
}

impl Moved {
    /// The new column's value in a statement on the table.
    pub(super) fn value(&self, dialect: &dyn Dialect) -> String {
        self.twins.forward.clone().unwrap_or_else(|| dialect.quote(&self.twins.old))
    }

    /// The old column's value in a statement on the table.
    pub(super) fn value_back(&self, dialect: &dyn Dialect) -> String {
        self.twins.back.clone().unwrap_or_else(|| dialect.quote(&self.twins.new))
    }

    /// Puts the new column beside the old one, with its indexes. It takes NULL and has no default: so a statement that does
    /// not name it is told from one that does, and the old column gives both their default.
    pub(super) fn stand_beside(&self, schema: &mut Schema, target: &Schema, invent: &Invented<'_>) {
        let Some(later) = target.tables.get(&self.table) else { return };
        let Some(table) = schema.tables.get_mut(&self.table) else { return };
        table.columns.insert(Column { nullable: true, default: None, ..self.to.clone() });
        for index in later.indexes.values().filter(|it| parts::index_reads(self.product, it, &self.twins.new)) {
            let name = invent.beside(&index.name);
            table.indexes.insert(name.clone(), crate::schema::Index { name, ..index.clone() });
        }
        for unique in later.uniques.values().filter(|it| it.columns.contains(&self.twins.new)) {
            let name = invent.beside(&unique.name);
            table.uniques.insert(name.clone(), crate::schema::Unique { name, ..unique.clone() });
        }
    }

    /// Removes the indexes of the new column.
    pub(super) fn without_indexes(&self, schema: &mut Schema) {
        if let Some(table) = schema.tables.get_mut(&self.table) {
            parts::remove_readers(self.product, table, &self.twins.new);
        }
    }

    /// Gives the new column its final constraints. The old one takes NULL and loses what depends on it, so that nothing refuses a
    /// row between the statements that remove the triggers and the column. The default stays with the old one until then: on the new
    /// one it would look like a value that somebody wrote.
    pub(super) fn settle(&self, schema: &mut Schema, target: &Schema) {
        let Some(later) = target.tables.get(&self.table) else { return };
        let Some(table) = schema.tables.get_mut(&self.table) else { return };
        parts::remove_readers(self.product, table, &self.twins.old);
        parts::add_constraints(self.product, table, later, &self.twins.new);
        table.columns.insert(Column { default: None, ..self.to.clone() });
        table.columns.insert(Column { nullable: true, ..self.from.clone() });
    }

    /// Puts the old column beside the new one again, without values, and gives indexes the names that they had beside others.
    pub(super) fn reopen(&self, schema: &mut Schema, renames: &[Rename]) {
        let Some(table) = schema.tables.get_mut(&self.table) else { return };
        table.columns.insert(Column { nullable: true, default: None, ..self.from.clone() });
        for rename in renames {
            match rename {
                Rename::Index(of, change) if *of == self.table => {
                    if let Some(index) = table.indexes.remove(&change.to) {
                        let name = change.from.clone();
                        table.indexes.insert(name.clone(), crate::schema::Index { name, ..index });
                    }
                }
                Rename::Unique(of, change) if *of == self.table => {
                    if let Some(unique) = table.uniques.remove(&change.to) {
                        let name: Name = change.from.clone();
                        table.uniques.insert(name.clone(), crate::schema::Unique { name, ..unique });
                    }
                }
                _ => {}
            }
        }
    }
}
