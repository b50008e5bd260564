//! The foreign keys by which a person's rows are found, from the table of the person to those that refer to it.
//!
//! Must not know what is done with the rows.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::schema::{ForeignKey, Name, ObjectName, Schema, Table};

/// A foreign key by which rows are found.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) from: ObjectName,
    pub(super) key: ForeignKey,
}

impl Way {
    /// The columns that are set to NULL so that a row refers to nothing; none if it must refer to something.
    pub(super) fn cleared(&self, schema: &Schema) -> Vec<&Name> {
        let Some(table) = schema.tables.get(&self.from) else { return Vec::new() };
        let can_be_null =
            |name: &&Name| table.columns.get(*name).is_some_and(|it| it.nullable && it.generated.is_none());
        let nullable: Vec<&Name> = self.key.columns.iter().filter(can_be_null).collect();
        if self.key.options.get("match").is_some_and(|it| it.eq_ignore_ascii_case("full")) {
            return if nullable.len() == self.key.columns.len() { nullable } else { Vec::new() };
        }
        // One NULL is enough, so a column by which the row refers to something else too keeps its value if it can.
        let own: Vec<&Name> = nullable.iter().filter(|name| !self.is_shared(table, name)).copied().collect();
        if own.is_empty() { nullable } else { own }
    }

    fn is_shared(&self, table: &Table, column: &Name) -> bool {
        table.foreign_keys.values().any(|key| key.name != self.key.name && key.columns.contains(column))
    }

    /// The condition on the rows that refer to some rows. MySQL reads a table that it changes only if it is copied first.
    pub(super) fn refers(&self, dialect: &dyn Dialect, condition: &str) -> String {
        within(dialect, (&self.key.columns, &self.key.referenced_columns), &self.key.references, condition)
    }

    /// The condition on the rows that some rows refer to.
    pub(super) fn referred(&self, dialect: &dyn Dialect, condition: &str) -> String {
        within(dialect, (&self.key.referenced_columns, &self.key.columns), &self.from, condition)
    }
}

/// The condition that columns have the values which others have in the rows of a table on which a condition holds.
fn within(dialect: &dyn Dialect, (columns, others): (&[Name], &[Name]), table: &ObjectName, condition: &str) -> String {
    let list = |names: &[Name]| names.iter().map(|it| dialect.quote(it)).collect::<Vec<_>>().join(", ");
    let columns = match columns {
        [column] => dialect.quote(column),
        several => format!("({})", list(several)),
    };
    let (others, table) = (list(others), dialect.quote_object(table));
    format!("{columns} IN (SELECT * FROM (SELECT {others} FROM {table} WHERE {condition}) AS referred)")
}

/// What is found from a table on.
pub(super) struct Found {
    /// The tables whose rows refer to those of the first, each before those that refer to it.
    pub(super) tables: Vec<ObjectName>,
    /// The ways to them.
    pub(super) ways: Vec<Way>,
    /// The ways that lead back to a table on the way, or to the same table.
    pub(super) back: Vec<Way>,
}

/// Follows foreign keys from a table on.
pub(super) fn follow(schema: &Schema, first: &ObjectName) -> Found {
    let (mut ways, mut back): (Vec<Way>, Vec<Way>) = (Vec::new(), Vec::new());
    let mut tables = vec![first.clone()];
    let mut at = 0;
    while let Some(parent) = tables.get(at).cloned() {
        at += 1;
        for table in schema.tables.values() {
            for key in table.foreign_keys.values().filter(|key| key.references == parent) {
                let way = Way { from: table.name.clone(), key: key.clone() };
                if table.name == parent || reaches(&ways, &parent, &table.name) {
                    back.push(way);
                    continue;
                }
                ways.push(way);
                if !tables.contains(&table.name) {
                    tables.push(table.name.clone());
                }
            }
        }
    }
    let mut ordered = vec![];
    while ordered.len() < tables.len() {
        let is_ready = |table: &&ObjectName| {
            let mut parents = ways.iter().filter(|way| way.from == **table).map(|way| &way.key.references);
            !ordered.contains(*table) && parents.all(|parent| ordered.contains(parent))
        };
        let Some(next) = tables.iter().find(is_ready).cloned() else { break };
        ordered.push(next);
    }
    Found { tables: ordered, ways, back }
}

/// Whether the ways from one table lead to another.
fn reaches(ways: &[Way], from: &ObjectName, to: &ObjectName) -> bool {
    let (mut open, mut seen) = (vec![from.clone()], BTreeSet::new());
    while let Some(table) = open.pop() {
        if table == *to {
            return true;
        }
        if seen.insert(table.clone()) {
            open.extend(ways.iter().filter(|way| way.from == table).map(|way| way.key.references.clone()));
        }
    }
    false
}
