//! Builds keys, foreign keys, checks and indexes from catalog rows.
//!
//! Must not know columns beyond their names.

use sea_gen_runner::session::Row;
use serde::Deserialize;

use crate::schema::{
    Action, Check, Definition, DefinitionId, DefinitionKind, Expression, ForeignKey, Index, IndexPart, IndexTarget,
    Name, ObjectName, Options, Part, Place, PrimaryKey, Unique,
};

use super::relations::storage;
use super::{CatalogReader, Relation, list, name_list};

/// One part of an index as the query describes it.
#[derive(Deserialize)]
struct PartFacts {
    column: Option<String>,
    expression: Option<String>,
    included: bool,
    descending: bool,
    nulls_first: bool,
    collation: Option<String>,
    opclass: Option<String>,
}

impl CatalogReader<'_> {
    pub(super) fn constraint(&mut self, row: Row<'_>) {
        let Some(Relation::Table(owner)) = self.relations.get(row.text(0)).cloned() else { return };
        let name = Name::new(row.text(1));
        let columns = names(row.get(3));
        let mut options = constraint_options(row);
        if row.text(2) == "p" {
            // The model of a primary key has no comment, so it is a separate definition.
            options.remove("comment");
        }
        let part = match row.text(2) {
            "p" => Some(Part::PrimaryKey),
            "u" => Some(Part::Unique(name.clone())),
            _ => None,
        };
        if let (Some(part), Some(oid)) = (part, row.get(22)) {
            self.places.insert(("pg_constraint".to_owned(), oid.to_owned()), Place::Table(owner.clone(), part));
        }
        let references = self.object_name(row.text(4), row.text(5));
        let Some(table) = self.catalog.schema.tables.get_mut(&owner) else { return };
        match row.text(2) {
            "p" => {
                table.primary_key = Some(PrimaryKey { name: Some(name), columns, options });
            }
            "u" => {
                table.uniques.insert(name.clone(), Unique { name, columns, options });
            }
            "c" => {
                let expression = Expression::new(row.text(14));
                table.checks.insert(name.clone(), Check { name, expression, options });
            }
            _ => {
                if row.text(9) == "f" {
                    options.insert("match".to_owned(), "full".to_owned());
                }
                let set_columns = list(row.get(15));
                if !set_columns.is_empty() {
                    options.insert("on_delete_columns".to_owned(), name_list(&set_columns));
                }
                let key = ForeignKey {
                    name: name.clone(),
                    columns,
                    references,
                    referenced_columns: names(row.get(6)),
                    on_update: action(row.text(7)),
                    on_delete: action(row.text(8)),
                    options,
                };
                table.foreign_keys.insert(name, key);
            }
        }
    }

    pub(super) fn index(&mut self, row: Row<'_>) {
        let name = row.text(1);
        match self.relations.get(row.text(0)).cloned() {
            Some(Relation::Table(owner)) => {
                let index = index(row);
                // The indexes and constraints of partitions depend on these.
                if let Some(oid) = row.get(12) {
                    let place = Place::Table(owner.clone(), Part::Index(index.name.clone()));
                    self.places.insert(("pg_class".to_owned(), oid.to_owned()), place);
                }
                if let Some(table) = self.catalog.schema.tables.get_mut(&owner) {
                    table.indexes.insert(index.name.clone(), index);
                }
            }
            Some(Relation::View(owner)) => {
                let id = DefinitionId::on(DefinitionKind::ViewIndex, owner, ObjectName::local(name));
                let mut index = Definition::new(id.clone(), row.text(10));
                index.comment = row.get(9).map(str::to_owned);
                self.catalog.schema.definitions.insert(id, index);
            }
            Some(Relation::Beside(_)) | None => {}
        }
    }
}

fn names(json: Option<&str>) -> Vec<Name> {
    list(json).into_iter().map(Name::new).collect()
}

fn action(letter: &str) -> Option<Action> {
    match letter {
        "r" => Some(Action::Restrict),
        "c" => Some(Action::Cascade),
        "n" => Some(Action::SetNull),
        "d" => Some(Action::SetDefault),
        _ => None,
    }
}

fn constraint_options(row: Row<'_>) -> Options {
    let mut options = storage(&list(row.get(20)));
    let is_check = row.text(2) == "c";
    let period = if row.text(2) == "f" { "period" } else { "without_overlaps" };
    for (key, on) in [
        ("deferrable", row.is_true(10)),
        ("initially_deferred", row.is_true(11)),
        ("not_valid", !row.is_true(12)),
        ("no_inherit", is_check && row.is_true(13)),
        ("nulls_not_distinct", row.is_true(16)),
        ("not_enforced", !row.is_true(18)),
        ("only", row.is_true(21)),
        (period, row.is_true(23)),
    ] {
        if on {
            options.insert(key.to_owned(), "true".to_owned());
        }
    }
    let include = list(row.get(17));
    if !include.is_empty() {
        options.insert("include".to_owned(), name_list(&include));
    }
    if let Some(comment) = row.get(19) {
        options.insert("comment".to_owned(), comment.to_owned());
    }
    options
}

fn index(row: Row<'_>) -> Index {
    let parts: Vec<PartFacts> = row.get(4).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let (included, keys): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.included);
    let mut index = Index::on(row.text(1), []);
    index.unique = row.is_true(2);
    index.method = (row.text(3) != "btree").then(|| row.text(3).to_owned());
    index.parts = keys.into_iter().map(part).collect();
    index.include = included.into_iter().filter_map(|part| part.column).map(Name::new).collect();
    index.predicate = row.get(5).map(Expression::new);
    index.comment = row.get(9).map(str::to_owned);
    index.options = storage(&list(row.get(7)));
    let settings = [("nulls_not_distinct", row.is_true(6)), ("invalid", !row.is_true(8)), ("only", row.is_true(11))];
    for (key, on) in settings {
        if on {
            index.options.insert(key.to_owned(), "true".to_owned());
        }
    }
    index
}

fn part(facts: PartFacts) -> IndexPart {
    let target = match facts.column {
        Some(column) => IndexTarget::Column(Name::new(column)),
        None => IndexTarget::Expression(Expression::new(facts.expression.unwrap_or_default())),
    };
    let mut options = Options::new();
    if facts.nulls_first != facts.descending {
        let nulls = if facts.nulls_first { "first" } else { "last" };
        options.insert("nulls".to_owned(), nulls.to_owned());
    }
    for (key, value) in [("collation", facts.collation), ("opclass", facts.opclass)] {
        if let Some(value) = value {
            options.insert(key.to_owned(), value);
        }
    }
    IndexPart { target, descending: facts.descending, options }
}
