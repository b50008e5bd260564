//! Tracks renames within a file: the former names of tables and columns.
//!
//! Must not know other changes of them.

use std::collections::BTreeMap;

use sea_gen_runner::reading::{Clause, Reading};

use crate::schema::{Name, ObjectName};

use super::object;

/// The names of tables and columns before the statements.
#[derive(Default)]
pub(super) struct Names {
    /// Former names of tables by their current names; `None` for a table that is new.
    pub(super) tables: BTreeMap<String, Option<String>>,
    /// Former names of columns, by current table and name.
    columns: BTreeMap<(String, String), String>,
    /// Detached partitions, by the table that has their rows.
    taken: BTreeMap<String, (ObjectName, String)>,
}

impl Names {
    pub(super) fn table(&self, now: &str) -> Option<ObjectName> {
        let former = match self.tables.get(now) {
            Some(former) => former.as_deref()?,
            None => now,
        };
        Some(object(former))
    }

    /// The former name of a table.
    pub(super) fn former(&self, now: &str) -> String {
        self.tables.get(now).cloned().flatten().unwrap_or_else(|| now.to_owned())
    }

    /// The current name of a table that existed before.
    pub(super) fn now(&self, former: &ObjectName) -> ObjectName {
        let former = former.to_string();
        let found = self.tables.iter().find(|(_, was)| was.as_ref() == Some(&former));
        object(found.map_or(former.as_str(), |(now, _)| now))
    }

    /// Records that a table has the rows of a partition.
    pub(super) fn take_partition(&mut self, now: &str, of: &ObjectName, partition: &str) {
        self.taken.insert(now.to_owned(), (of.clone(), partition.to_owned()));
    }

    /// The partition whose rows a table has: its parent and its name.
    pub(super) fn taken(&self, now: &str) -> Option<&(ObjectName, String)> {
        self.taken.get(now)
    }

    /// Whether a table is new.
    pub(super) fn is_new(&self, now: &str) -> bool {
        self.tables.get(now).is_some_and(Option::is_none)
    }

    pub(super) fn column(&self, table: &str, now: &str) -> Option<Name> {
        if now.is_empty() {
            return None;
        }
        let former = self.columns.get(&(table.to_owned(), now.to_owned()));
        Some(Name::from(former.map_or(now, String::as_str)))
    }

    pub(super) fn create_table(&mut self, clause: &Clause) {
        self.tables.insert(clause.table.clone(), None);
    }

    pub(super) fn rename_table(&mut self, from: &str, to: &str) {
        if let Some(taken) = self.taken.remove(from) {
            self.taken.insert(to.to_owned(), taken);
        }
        let former = self.tables.remove(from).unwrap_or_else(|| Some(from.to_owned()));
        self.tables.insert(to.to_owned(), former);
        let of_it = |(table, column): &(String, String), name: &String| {
            (table == from).then(|| ((to.to_owned(), column.clone()), name.clone()))
        };
        let renamed: Vec<_> = self.columns.iter().filter_map(|(key, name)| of_it(key, name)).collect();
        self.columns.extend(renamed);
    }

    pub(super) fn rename_column(&mut self, clause: &Clause, reading: &Reading) {
        let is_it = |(table, old, _): &(&str, &str, &str)| *table == clause.table && *old == clause.part;
        let Some((_, _, to)) = reading.renamed_columns().find(is_it) else { return };
        let table = clause.table.clone();
        let former = self.columns.remove(&(table.clone(), clause.part.clone()));
        self.columns.insert((table, to.to_owned()), former.unwrap_or_else(|| clause.part.clone()));
    }
}
