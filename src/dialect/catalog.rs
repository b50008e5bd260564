//! The scope of an introspection, and its result.
//!
//! Must not know how any database's catalog is read.

use std::collections::BTreeSet;

use crate::dialect::made_by_files::MadeByFiles;
use crate::dialect::{HISTORY_TABLE, LEASE_TABLE};
use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Schema, Type, matches};

/// The tables that SeaORM and this tool keep for their own use, which are in no schema.
pub const FOREIGN_TABLES: &[&str] = &[SEAORM_HISTORY, HISTORY_TABLE, LEASE_TABLE, REPLACEMENTS_TABLE];

/// The table that holds the new values while personal data is replaced.
pub const REPLACEMENTS_TABLE: &str = "sea_gen_replacements";

/// SeaORM's history table.
pub const SEAORM_HISTORY: &str = "seaql_migrations";

/// How long reading a catalog waits for a lock of another session, in seconds.
pub const LOCK_SECONDS: u32 = 10;

/// The objects to read from a database, or to consider in any other state.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Schemas to read in addition to the default one; names of their objects are qualified. `*` matches any
    /// characters, so a single `*` reads every user schema.
    pub schemas: Vec<Name>,
    /// Patterns of the only objects to include; all if there are none.
    pub include: Vec<String>,
    /// Patterns of excluded objects: `*` matches any characters, `?` one, and a pattern with a dot is matched against
    /// the qualified name (`audit.*`).
    pub exclude: Vec<String>,
    /// Objects to include regardless of the patterns.
    pub also: Vec<ObjectName>,
    /// What repeatable files make.
    pub by_files: MadeByFiles,
    /// Whether to read privileges.
    pub privileges: bool,
    /// How much to read of the way things are written.
    pub spelling: Spelling,
}

/// How much is read of the way in which a database has things written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spelling {
    /// Nothing that has no effect: enough for comparing with declarations.
    #[default]
    Effective,
    /// Explicit spellings of defaults too, which is slow (`USING BTREE`): for making two databases identical.
    Explicit,
    /// Also the stored texts and the order of indexes, which are never compared: for a migration that creates the
    /// database elsewhere.
    Verbatim,
}

impl Scope {
    /// All user-defined objects of a database, privileges included.
    pub fn everything() -> Self {
        Self { schemas: vec![Name::from("*")], privileges: true, ..Self::default() }
    }

    /// Whether any schema besides the default one is read.
    pub fn reads_schema(&self, name: &str) -> bool {
        self.schemas.iter().any(|pattern| matches(pattern.as_str(), name))
    }

    /// Whether the object is excluded by its unqualified name. Excluded objects are read too, because they are kept,
    /// but without further queries.
    pub fn excludes(&self, name: &str) -> bool {
        self.is_history(name) || self.exclude.iter().any(|pattern| matches(pattern, name))
    }

    /// Whether the table is a history table, which is in no schema; every introspection filters by this.
    pub fn is_history(&self, name: &str) -> bool {
        FOREIGN_TABLES.contains(&name) || name.strip_prefix(HISTORY_TABLE).is_some_and(|rest| rest.starts_with('_'))
    }

    /// Whether the object is included.
    pub fn covers(&self, name: &ObjectName) -> bool {
        let whole = name.to_string();
        // The name of a routine has its argument types, which patterns do not.
        let bare = name.name.as_str().split('(').next().unwrap_or_default();
        let fits = |pattern: &String| matches(pattern, if pattern.contains('.') { &whole } else { bare });
        self.also.contains(name)
            || !self.exclude.iter().any(fits) && (self.include.is_empty() || self.include.iter().any(fits))
    }

    /// Whether nothing is excluded.
    pub fn covers_everything(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty() && self.by_files.is_empty()
    }

    /// Moves excluded objects to the unmanaged ones of the schema. Foreign keys to them stay, and so does an enum type
    /// that a column uses.
    pub fn restrict(&self, schema: &mut Schema) {
        if self.covers_everything() {
            return;
        }
        self.by_files.leave_out(schema);
        let in_all: BTreeSet<Name> = names(schema).filter_map(|name| name.schema.clone()).collect();
        let tables: Vec<ObjectName> = schema.tables.keys().filter(|name| !self.covers(name)).cloned().collect();
        for name in tables {
            if let Some(table) = schema.tables.remove(&name) {
                schema.kept.objects_mut().tables.insert(name, table);
            }
        }
        let views: Vec<ObjectName> = schema.views.keys().filter(|name| !self.covers(name)).cloned().collect();
        for name in views {
            if let Some(view) = schema.views.remove(&name) {
                schema.kept.objects_mut().views.insert(name, view);
            }
        }
        schema.routines.retain(|name, _| self.covers(name));
        self.restrict_definitions(schema);
        for definition in schema.definitions.values_mut() {
            definition.needs.retain(|need| self.covers(need.object()));
        }
        let tables = &schema.tables;
        let types = tables.values().flat_map(|table| table.columns.values()).map(|column| element(&column.data_type));
        let used: Vec<ObjectName> = types
            .filter_map(|data_type| match data_type {
                Type::Enum(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        schema.enums.retain(|name, _| self.covers(name) || used.contains(name));
        // A schema is looked at as long as anything in it is, and left alone where everything in it is.
        let in_rest: BTreeSet<Name> = names(schema).filter_map(|name| name.schema.clone()).collect();
        schema.definitions.retain(|id, _| {
            let name = &id.name;
            id.kind != DefinitionKind::Schema
                || in_rest.contains(&name.name)
                || self.covers(name) && !in_all.contains(&name.name)
        });
    }

    /// Removes the definitions that are not looked at, except schemas.
    fn restrict_definitions(&self, schema: &mut Schema) {
        let covers = |id: &DefinitionId| self.covers(id.on.as_ref().unwrap_or(&id.name));
        schema.definitions.retain(|id, _| id.kind == DefinitionKind::Schema || covers(id));
    }
}

/// The names of all objects of a schema.
fn names(schema: &Schema) -> impl Iterator<Item = &ObjectName> {
    let relations = schema.tables.keys().chain(schema.views.keys()).chain(schema.enums.keys());
    relations
        .chain(schema.routines.keys())
        .chain(schema.definitions.keys().map(|id| id.on.as_ref().unwrap_or(&id.name)))
}

/// The element type of an array; any other type unchanged.
fn element(data_type: &Type) -> &Type {
    match data_type {
        Type::Array(inner) => element(inner),
        other => other,
    }
}

/// The result of an introspection.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// All objects that the model supports, as the catalog reports them, partly not normalised.
    pub schema: Schema,
    /// The unmanaged objects.
    pub unmanaged: Vec<Unmanaged>,
}

/// An unmanaged object of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unmanaged {
    /// Its kind and name (`sequence invoice_number`).
    pub object: String,
    /// Why it is unmanaged.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_say_what_is_looked_at() {
        let scope = |include: &[&str], exclude: &[&str]| Scope {
            schemas: Vec::new(),
            include: include.iter().map(ToString::to_string).collect(),
            exclude: exclude.iter().map(ToString::to_string).collect(),
            ..Scope::default()
        };
        for (include, exclude, name, covered) in [
            (&[][..], &[][..], ObjectName::local("book"), true),
            (&["book*"], &[], ObjectName::local("bookshop"), true),
            (&["book*"], &[], ObjectName::local("shop"), false),
            (&["b??k"], &["book"], ObjectName::local("book"), false),
            (&[], &["audit.*"], ObjectName::qualified("audit", "book"), false),
            (&[], &["audit.*"], ObjectName::local("audit"), true),
            (&["total_of"], &[], ObjectName::local("total_of(integer)"), true),
            (&["ü*"], &[], ObjectName::local("über"), true),
        ] {
            assert_eq!(scope(include, exclude).covers(&name), covered, "{include:?} {exclude:?} {name}");
        }
    }
}
