//! The nouns: a schema and everything in it, as plain ordered values.
//!
//! Must not know any database, any file format or how schemas are compared. Imports no other room.

mod columns;
mod definition;
mod expression;
mod kept;
mod list;
mod name;
mod options;
mod origin;
mod parts;
mod pattern;
mod personal;
mod place;
mod rows;
mod same_text;
mod table;
mod tables;
mod types;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use columns::Columns;
pub use definition::{Definition, DefinitionId, DefinitionKind, DependencyLayer};
pub use expression::{DefaultValue, Expression, Literal, Wording};
pub use kept::{Kept, KeptObjects};
pub use list::Named;
pub use name::{Name, ObjectName};
pub use options::Options;
pub use origin::{Acceptance, Origin, Origins, Strictness, Undeclared};
pub use parts::Parts;
pub use pattern::matches;
pub use personal::{PersonalData, PersonalKind};
pub use place::{Facet, Part, Place};
pub use rows::{ReferenceRow, ReferenceRows, RowValue};
pub use sea_gen_runner::Product;
pub use table::{
    Action, Check, Column, ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget, PARTITION_BY, PrimaryKey,
    Table, Trigger, Unique,
};
pub use tables::{SharedTable, Tables};
pub use types::{EnumType, Type};
pub use view::{Routine, RoutineKind, View};

/// All objects of one database (or of one set of entities).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables by name.
    pub tables: Tables,
    /// Enum types by name.
    pub enums: BTreeMap<ObjectName, EnumType>,
    /// Views by name.
    pub views: BTreeMap<ObjectName, View>,
    /// Functions and procedures by name.
    pub routines: BTreeMap<ObjectName, Routine>,
    /// Definitions, by kind, owner and name.
    pub definitions: BTreeMap<DefinitionId, Definition>,
    /// Unmanaged objects of the database, if known.
    pub kept: Kept,
}

impl Schema {
    /// Whether the schema is empty.
    pub fn is_empty(&self) -> bool {
        let Self { tables, enums, views, routines, definitions, kept: _ } = self;
        tables.is_empty() && enums.is_empty() && views.is_empty() && routines.is_empty() && definitions.is_empty()
    }

    /// The views, each after those that it reads. Views in a cycle are left out.
    pub fn views_in_reading_order(&self) -> Vec<&View> {
        let mut ordered = Vec::new();
        let mut left: Vec<&View> = self.views.values().collect();
        loop {
            let waits = |view: &View| view.reads.iter().any(|read| left.iter().any(|other| other.name == *read));
            let (later, ready): (Vec<&View>, Vec<&View>) = left.iter().partition(|view| waits(view));
            if ready.is_empty() {
                return ordered;
            }
            ordered.extend(ready);
            left = later;
        }
    }

    /// The partition or foreign table of this name: a relation that is not a [`Table`].
    pub fn relation_beside(&self, name: &ObjectName) -> Option<&Definition> {
        let kinds = [DefinitionKind::Partition, DefinitionKind::ForeignTable];
        let mut found = kinds.into_iter().filter_map(|kind| {
            let named = DefinitionId::new(kind, name.clone());
            self.definitions.get(&named)
        });
        found.next()
    }
}

/// The state before and the state after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change<T> {
    /// Before.
    pub from: T,
    /// After.
    pub to: T,
}

impl<T> Change<T> {
    /// A change from one state to another.
    pub fn new(from: T, to: T) -> Self {
        Self { from, to }
    }

    /// The inverse change.
    pub fn inverse(self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

/// A schema in the form in which its database would report it, so that comparing is `==`.
///
/// Only a dialect's `normalize` builds one, as an architecture test checks. It is immutable, so copies share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalized(Arc<Schema>);

impl Normalized {
    /// For a dialect's `normalize` only: asserts that `schema` is in normal form.
    pub(crate) fn by_dialect(schema: Schema) -> Self {
        Self(Arc::new(schema))
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.0
    }

    /// The same schema with the unmanaged objects of a database.
    pub fn with_kept(&self, kept: &Kept) -> Self {
        if kept.is_empty() {
            return self.clone();
        }
        let mut schema = Schema::clone(&self.0);
        schema.kept = kept.clone();
        Self(Arc::new(schema))
    }

    /// Whether a table has reference rows.
    pub fn has_rows(&self) -> bool {
        self.0.tables.values().any(|table| table.rows.is_some())
    }

    /// The reference rows of all tables.
    pub fn rows(&self) -> BTreeMap<ObjectName, ReferenceRows> {
        let tables = self.0.tables.values();
        tables.filter_map(|table| Some((table.name.clone(), table.rows.clone()?))).collect()
    }

    /// The same schema with these reference rows, which are in normal form, and no others.
    pub fn with_rows(&self, mut rows: BTreeMap<ObjectName, ReferenceRows>) -> Self {
        if rows.is_empty() && !self.has_rows() {
            return self.clone();
        }
        let mut schema = Schema::clone(&self.0);
        let differs = |table: &Table| table.rows.as_ref() != rows.get(&table.name);
        let names: Vec<ObjectName> =
            schema.tables.values().filter(|table| differs(table)).map(|table| table.name.clone()).collect();
        for name in names {
            if let Some(table) = schema.tables.get_mut(&name) {
                table.rows = rows.remove(&name);
            }
        }
        Self(Arc::new(schema))
    }

    /// The same schema without unmanaged objects.
    pub fn alone(&self) -> Self {
        if self.0.kept.is_empty() {
            return self.clone();
        }
        Self(Arc::new(Schema { kept: Kept::default(), ..Schema::clone(&self.0) }))
    }

    /// The same schema with the tables of another where both have the same text, so that one copy of them is held.
    #[must_use]
    pub fn sharing_tables_of(self, other: &Self) -> Self {
        let mut schema = self.into_schema();
        schema.tables.take_equal(&other.0.tables);
        Self(Arc::new(schema))
    }

    /// Returns the schema for changes, after which it must be normalised again.
    pub fn into_schema(self) -> Schema {
        Arc::unwrap_or_clone(self.0)
    }
}
