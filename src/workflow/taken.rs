//! Column types that the entities do not tell, taken over from a database.
//!
//! Must not know how the entities are read, or where the types are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Product;
use crate::schema::{Part, Place, Schema, Type};
use crate::write::column_type::column_type as spelled;

/// Column types by Rust type or by `table.column`, as in `types` of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The entries.
    pub types: BTreeMap<String, String>,
    /// The columns of each entry.
    pub columns: BTreeMap<String, Vec<String>>,
}

impl Taken {
    /// The types that a database has for columns whose Rust type tells none.
    pub(super) fn of(untyped: &BTreeMap<Place, Option<String>>, product: Product, live: &Schema) -> Self {
        let mut by_type: BTreeMap<&str, Vec<&Type>> = BTreeMap::new();
        for (place, rust_type) in untyped {
            if let (Some(rust_type), Some(of)) = (rust_type, column_type(live, place)) {
                by_type.entry(rust_type).or_default().push(of);
            }
        }
        let mut taken = Self::default();
        for (place, rust_type) in untyped {
            let Some(of) = column_type(live, place) else { continue };
            let is_one = |name: &&String| {
                by_type.get(name.as_str()).is_some_and(|types| types.iter().all(|it| types.first() == Some(it)))
            };
            let key = rust_type.as_ref().filter(is_one).cloned().unwrap_or_else(|| column(place));
            taken.insert(key, place, of, product, live);
        }
        taken
    }

    /// Gives each column an entry of its own where the one of its Rust type does not lead to the database's type. Returns
    /// whether there are such columns.
    pub(super) fn split(
        &mut self,
        untyped: &BTreeMap<Place, Option<String>>,
        declared: &Schema,
        product: Product,
        live: &Schema,
    ) -> bool {
        let differs = |place: &&Place| match (column_type(declared, place), column_type(live, place)) {
            (Some(declared), Some(live)) => declared != live,
            _ => false,
        };
        let wrong: BTreeSet<&String> = untyped
            .iter()
            .filter(|(place, _)| differs(place))
            .filter_map(|(_, rust_type)| rust_type.as_ref())
            .filter(|name| self.types.contains_key(*name))
            .collect();
        for (place, rust_type) in untyped {
            if let (Some(of), Some(name)) = (column_type(live, place), rust_type)
                && wrong.contains(name)
            {
                self.types.remove(name);
                self.columns.remove(name);
                self.insert(column(place), place, of, product, live);
            }
        }
        !wrong.is_empty()
    }

    fn insert(&mut self, key: String, place: &Place, of: &Type, product: Product, live: &Schema) {
        self.types.entry(key.clone()).or_insert_with(|| spelled(of, product, live));
        self.columns.entry(key).or_default().push(column(place));
    }
}

/// The type of a column in a schema.
pub(super) fn column_type<'s>(schema: &'s Schema, place: &Place) -> Option<&'s Type> {
    let Place::Table(table, Part::Column(column, _)) = place else { return None };
    Some(&schema.tables.get(table)?.columns.get(column)?.data_type)
}

fn column(place: &Place) -> String {
    match place {
        Place::Table(table, Part::Column(column, _)) => format!("{table}.{column}"),
        other => other.to_string(),
    }
}
