//! Which migrations created and changed each table, and which one created each column.
//!
//! Must not know how that is found out.

use std::collections::{BTreeMap, BTreeSet};

/// The migrations behind the current tables, by the names that tables have now: `order`, `audit.log`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeLog {
    /// The ids of the migrations that created or changed a table; they sort by their age.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// The id of the migration that created a column, by its table and its name.
    pub columns: BTreeMap<(String, String), String>,
}

impl ChangeLog {
    /// The ids of the migrations that created and changed a table, oldest first.
    pub fn of_table(&self, table: &str) -> Vec<&str> {
        self.tables.get(table).into_iter().flatten().map(String::as_str).collect()
    }

    /// The id of the migration that created a column.
    pub fn of_column(&self, table: &str, column: &str) -> Option<&str> {
        self.columns.get(&(table.to_owned(), column.to_owned())).map(String::as_str)
    }
}
