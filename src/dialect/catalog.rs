//! What is read of a catalog: the scope that is asked for, and what is found.
//!
//! Must not know how any database's catalog is read.

use std::collections::BTreeSet;

use crate::dialect::HISTORY_TABLE;
use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Schema, Type, matches};

/// Tables that are never ours: SeaORM's own history and this tool's.
pub const FOREIGN_TABLES: &[&str] = &[SEAORM_HISTORY, HISTORY_TABLE];

/// The table in which SeaORM remembers what its own migrations did.
pub const SEAORM_HISTORY: &str = "seaql_migrations";

/// What to read of a database, or to look at of any other state.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Schemas to read beside the connection's default one; objects in them carry their schema's name. `*` stands for any
    /// characters, so that one `*` reads every schema a user has made.
    pub schemas: Vec<Name>,
    /// Objects to look at and no others, by patterns; all where there is none.
    pub include: Vec<String>,
    /// Objects to leave alone, by patterns: `*` stands for any characters, `?` for one, and a pattern with a dot is for the
    /// name with its schema (`audit.*`).
    pub exclude: Vec<String>,
    /// Objects to look at, whatever the patterns say.
    pub also: Vec<ObjectName>,
    /// Whether to read what roles may do with objects.
    pub privileges: bool,
    /// Whether to read what was spelled out though it means nothing, and takes long to read (`USING BTREE`). It is wanted
    /// where two databases shall become the same, not where one shall hold what is declared.
    pub spellings: bool,
}

impl Scope {
    /// Everything in a database that a user has made, privileges included.
    pub fn everything() -> Self {
        Self { schemas: vec![Name::from("*")], privileges: true, ..Self::default() }
    }

    /// Whether a schema other than the default one is read.
    pub fn reads_schema(&self, name: &str) -> bool {
        self.schemas.iter().any(|pattern| matches(pattern.as_str(), name))
    }

    /// Whether the object is left alone by its bare name. What is left alone is read all the same, for it is to be kept; but
    /// nobody is told what else it has.
    pub fn excludes(&self, name: &str) -> bool {
        FOREIGN_TABLES.contains(&name) || self.exclude.iter().any(|pattern| matches(pattern, name))
    }

    /// Whether the table is one that no schema has: introspectors ask this of every table.
    pub fn is_history(&self, name: &str) -> bool {
        FOREIGN_TABLES.contains(&name)
    }

    /// Whether the object is looked at.
    pub fn covers(&self, name: &ObjectName) -> bool {
        let whole = name.to_string();
        // A routine is named with its arguments, which nobody writes into a pattern.
        let bare = name.name.as_str().split('(').next().unwrap_or_default();
        let fits = |pattern: &String| matches(pattern, if pattern.contains('.') { &whole } else { bare });
        self.also.contains(name)
            || !self.exclude.iter().any(fits) && (self.include.is_empty() || self.include.iter().any(fits))
    }

    /// Whether no pattern leaves anything out.
    pub fn covers_everything(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Puts what is not looked at beside a schema. Foreign keys that lead there stay, and an enum type as long as a column has
    /// it.
    pub fn restrict(&self, schema: &mut Schema) {
        if self.covers_everything() {
            return;
        }
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

/// What an array is of; any other type is of itself.
fn element(data_type: &Type) -> &Type {
    match data_type {
        Type::Array(inner) => element(inner),
        other => other,
    }
}

/// What a catalog holds.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Everything the model can hold, as the catalog says it; not all of it is normalised.
    pub schema: Schema,
    /// What was found and is not managed.
    pub unmanaged: Vec<Unmanaged>,
}

/// Something found in a catalog that the tool leaves alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unmanaged {
    /// What it is and its name (`sequence invoice_number`).
    pub object: String,
    /// Why it is left alone.
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
