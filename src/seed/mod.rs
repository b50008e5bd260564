//! Test data: generates rows that satisfy every constraint of a schema, from a random seed.
//!
//! The same schema and the same seed give the same rows on every machine. Must not know databases beyond their types, where
//! rows are inserted, or the time; all randomness comes from the seed.

mod chance;
mod draw;
mod key;
mod like;
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
pub use like::Likeness;
pub use text::{Insert, around, counters, inserts, json, later, script};
pub use value::Value;

/// The options of test data generation.
#[derive(Clone, Debug)]
pub struct SeedRequest {
    /// The database product.
    pub product: Product,
    /// The random seed.
    pub seed: u64,
    /// The number of rows per table.
    pub rows: usize,
    /// The number of rows of single tables, overriding `rows`. A table with reference rows gets rows only if it is listed.
    pub rows_of: BTreeMap<ObjectName, usize>,
    /// The tables to fill; `None` for all.
    pub tables: Option<BTreeSet<ObjectName>>,
    /// Whether a table's first rows hold type minima, maxima and NULLs.
    pub ends: bool,
    /// Further limits on the values of columns.
    pub narrower: Narrower,
    /// The proportions of the values of columns.
    pub like: BTreeMap<(ObjectName, Name), Likeness>,
    /// Where images are: an address with or without `{number}`, or `cloudinary:CLOUD`; `None` for a public service.
    pub images: Option<String>,
    /// The greatest number in use, for numbered columns.
    pub taken: BTreeMap<(ObjectName, Name), i128>,
    /// Existing rows that may be referenced, by the referenced columns.
    pub present: BTreeMap<ObjectName, Vec<BTreeMap<Name, Value>>>,
}

impl SeedRequest {
    /// This many rows in every table.
    pub fn new(product: Product, seed: u64, rows: usize) -> Self {
        Self {
            product,
            seed,
            rows,
            rows_of: BTreeMap::new(),
            tables: None,
            ends: true,
            narrower: Narrower::new(),
            like: BTreeMap::new(),
            images: None,
            taken: BTreeMap::new(),
            present: BTreeMap::new(),
        }
    }
}

/// Generated rows for a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// The tables in insertion order.
    pub tables: Vec<Filled>,
    /// Limitations, in words.
    pub notes: Vec<String>,
    /// Whether tables reference each other in a cycle of NOT NULL columns, so that foreign keys must be deferred.
    pub deferred: bool,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The table.
    pub table: ObjectName,
    /// The inserted columns, in the order of the table.
    pub columns: Vec<Name>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    /// Values set after all tables are filled: by row, the columns that reference a table filled later.
    pub later: Vec<(usize, Vec<(Name, Value)>)>,
    /// The columns of the primary key, by which a row is found again.
    pub key: Vec<Name>,
    /// The identity and auto-increment columns.
    pub numbered: Vec<Name>,
    /// Whether another table references it.
    pub referred: bool,
    /// Whether a numbered column is `GENERATED ALWAYS` and needs `OVERRIDING SYSTEM VALUE`.
    pub overriding: bool,
}

/// Generates rows for a normalised schema.
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
