//! Test data: from a schema and a number to rows that hold every constraint of it.
//!
//! The same schema and the same number give the same rows on every machine. Must not know databases beyond their types, where
//! rows go, or the time; chance comes from the number alone.

mod chance;
mod draw;
mod key;
mod limits;
mod order;
mod realistic;
mod row;
mod rule;
mod text;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Product;
use crate::schema::{Name, ObjectName, Schema};

pub use crate::dialect::domain::{Domain, Narrower, domain};
pub use text::{Insert, around, counters, inserts, json, later, script};
pub use value::Value;

/// What rows are wanted.
#[derive(Clone, Debug)]
pub struct SeedRequest {
    /// For which database.
    pub product: Product,
    /// The number everything follows from.
    pub seed: u64,
    /// How many rows a table gets.
    pub rows: usize,
    /// How many rows single tables get instead.
    pub rows_of: BTreeMap<ObjectName, usize>,
    /// The tables to fill; `None` for all.
    pub tables: Option<BTreeSet<ObjectName>>,
    /// Whether a table's first rows are of smallest values, of greatest, and of NULLs.
    pub ends: bool,
    /// What columns must also fit into.
    pub narrower: Narrower,
    /// The greatest number that is taken already, for columns that are numbered.
    pub taken: BTreeMap<(ObjectName, Name), i128>,
    /// Rows that are there already and may be referred to, by the columns that are referred to.
    pub present: BTreeMap<ObjectName, Vec<BTreeMap<Name, Value>>>,
}

impl SeedRequest {
    /// So many rows in every table.
    pub fn new(product: Product, seed: u64, rows: usize) -> Self {
        Self {
            product,
            seed,
            rows,
            rows_of: BTreeMap::new(),
            tables: None,
            ends: true,
            narrower: Narrower::new(),
            taken: BTreeMap::new(),
            present: BTreeMap::new(),
        }
    }
}

/// Rows for a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// The tables in the order in which they can be filled.
    pub tables: Vec<Filled>,
    /// What could not be done, in words.
    pub notes: Vec<String>,
    /// Whether tables refer to each other in a circle that has no NULL in it, so that foreign keys must wait for the end.
    pub deferred: bool,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The table.
    pub table: ObjectName,
    /// The columns that get a value, in the order of the table.
    pub columns: Vec<Name>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// What is set when every table has its rows: by row, the columns that refer to a table filled later.
    pub later: Vec<(usize, Vec<(Name, Value)>)>,
    /// The columns of the primary key, by which a row is found again.
    pub key: Vec<Name>,
    /// The columns the database itself would have numbered.
    pub numbered: Vec<Name>,
    /// Whether another table refers to it.
    pub referred: bool,
    /// Whether one of them takes a value only when told to (PostgreSQL's `GENERATED ALWAYS`).
    pub overriding: bool,
}

/// Makes rows for a normalised schema.
pub fn seeds(schema: &Schema, request: &SeedRequest) -> Seeds {
    let wanted = |name: &ObjectName| request.tables.as_ref().is_none_or(|tables| tables.contains(name));
    let mut seeds = Seeds::default();
    let mut generator = row::RowGenerator::new(schema, request);
    for place in order::order(schema, &wanted) {
        let Some(table) = schema.tables.get(&place.table) else { continue };
        if let Some(key) = order::impossible(request.product, table, &place) {
            seeds.notes.push(format!(
                "`{}` stays empty: `{key}` is part of a circle of foreign keys that take no NULL and cannot be deferred",
                place.table
            ));
            continue;
        }
        seeds.deferred |= !place.deferred.is_empty();
        let filled = generator.fill(table, &place, &mut seeds.notes);
        seeds.tables.push(filled);
    }
    generator.close_circles(&mut seeds);
    seeds
}

#[cfg(test)]
mod tests;
