//! A column that stops taking NULL: a trigger fills what the former version of a program leaves out, until nobody does.
//!
//! Must not know where the value comes from.

use crate::dialect::in_step::RowRule;
use crate::schema::{Column, ObjectName, Schema};

/// A column that stops taking NULL.
pub(super) struct Required {
    /// The table.
    pub(super) table: ObjectName,
    /// The column afterwards.
    pub(super) to: Column,
    /// The value of rows without one, as an SQL expression.
    pub(super) value: String,
}

impl Required {
    pub(super) fn rule(&self) -> RowRule {
        RowRule::Filled { column: self.to.name.clone(), value: self.value.clone() }
    }

    /// Gives the column its final form.
    pub(super) fn settle(&self, schema: &mut Schema) {
        if let Some(table) = schema.tables.get_mut(&self.table) {
            table.columns.insert(self.to.clone());
        }
    }

    /// Lets the column take NULL again.
    pub(super) fn reopen(&self, schema: &mut Schema, base: &Schema) {
        let before = base.tables.get(&self.table).and_then(|table| table.columns.get(&self.to.name));
        if let (Some(before), Some(table)) = (before, schema.tables.get_mut(&self.table)) {
            table.columns.insert(before.clone());
        }
    }
}
