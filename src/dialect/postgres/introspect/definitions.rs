//! Reads definitions and their dependencies from the catalog.
//!
//! Must not know how to parse a definition.

use sea_gen_runner::session::Row;

use crate::schema::{
    Definition, DefinitionId, DefinitionKind, DependencyLayer, Expression, Facet, Name, ObjectName, Part, Place,
};

use super::{CatalogReader, Relation, column_key};

impl CatalogReader<'_> {
    /// One row of the queries that list definitions.
    pub(super) fn definition(&mut self, row: Row<'_>) {
        let Some(kind) = DefinitionKind::ALL.into_iter().find(|kind| key(*kind) == row.text(0)) else { return };
        let on = row.get(4).map(|owner| self.object_name(row.text(3), owner));
        let known = |owner: &ObjectName| self.is_relation(owner);
        if self.scope.excludes(row.get(4).unwrap_or_default()) || on.as_ref().is_some_and(|owner| !known(owner)) {
            return;
        }
        let name = match row.get(1) {
            Some(schema) => self.object_name(schema, row.text(2)),
            None => ObjectName::local(row.text(2)),
        };
        if kind.layer() == DependencyLayer::LikeTable && self.scope.excludes(row.text(2)) {
            return;
        }
        let id = DefinitionId { kind, on, name };
        let (class, oid) = (row.text(8), row.text(9));
        let mut definition = Definition::new(id.clone(), "");
        definition.create = Expression::new(row.text(5));
        definition.drop = row.text(6).to_owned();
        definition.comment = row.get(7).map(str::to_owned);
        if matches!(kind, DefinitionKind::Setting | DefinitionKind::Comment | DefinitionKind::Privilege) {
            let needs = self.ground(&id, class, oid);
            if needs.is_none() && id.on.is_none() && class != "database" {
                self.leave(id.to_string(), "its owner is not managed");
                return;
            }
            definition.needs.extend(needs);
            if class == "ownership" {
                self.owned.push((oid.to_owned(), id.clone()));
            }
        } else {
            let place = Place::Definition(id.clone());
            self.places.insert((class.to_owned(), oid.to_owned()), place);
            if kind.layer() == DependencyLayer::LikeTable {
                self.relations.insert(oid.to_owned(), Relation::Beside(id.name.clone()));
            }
        }
        if kind == DefinitionKind::PartitionPart && class == "pg_constraint" {
            // A primary key makes its columns NOT NULL, and they stay so when it is dropped.
            let columns = self.catalog.schema.definitions.keys().filter(|other| {
                (other.kind, &other.on) == (kind, &id.on) && other.name.name.as_str().starts_with("NULL in ")
            });
            definition.needs.extend(columns.cloned().map(Place::Definition));
        }
        self.catalog.schema.definitions.insert(id, definition);
    }

    fn is_relation(&self, name: &ObjectName) -> bool {
        let schema = &self.catalog.schema;
        schema.tables.contains_key(name) || schema.views.contains_key(name) || schema.relation_beside(name).is_some()
    }

    /// The object of a setting, a comment or a privilege, besides its table.
    fn ground(&self, id: &DefinitionId, class: &str, oid: &str) -> Option<Place> {
        let owner = id.on.as_ref().filter(|owner| self.catalog.schema.tables.contains_key(owner));
        let part = |part: Part| owner.map(|owner| Place::Table(owner.clone(), part));
        let place = |class: &str| self.places.get(&(class.to_owned(), oid.to_owned())).cloned();
        match class.split_once(':') {
            Some(("trigger", name)) => part(Part::Trigger(name.into())),
            Some(("index" | "constraint", name)) => self.index_place(owner?, &name.into()),
            Some(("column", name)) => part(Part::Column(name.into(), Facet::Whole)),
            Some(_) => None,
            None => match class {
                "primary_key" => part(Part::PrimaryKey),
                "rule_state" => place("pg_rewrite"),
                "routine" => place("pg_proc"),
                "type" => place("pg_type"),
                "ownership" => place("pg_class"),
                "nothing" => None,
                _ if id.on.is_some() => None,
                class => place(class),
            },
        }
    }

    /// An index by its name: one of the table's own, or the one behind a constraint.
    fn index_place(&self, owner: &ObjectName, name: &Name) -> Option<Place> {
        let table = self.catalog.schema.tables.get(owner)?;
        let part = |part: Part| Some(Place::Table(owner.clone(), part));
        if table.indexes.contains_key(name) {
            part(Part::Index(name.clone()))
        } else if table.uniques.contains_key(name) {
            part(Part::Unique(name.clone()))
        } else if table.primary_key.as_ref().is_some_and(|key| key.name.as_ref() == Some(name)) {
            part(Part::PrimaryKey)
        } else {
            let named = ObjectName::local(name.clone());
            let id = DefinitionId::on(DefinitionKind::Exclusion, owner.clone(), named);
            self.catalog.schema.definitions.contains_key(&id).then_some(Place::Definition(id))
        }
    }

    /// The dependencies of one definition, from the catalog's `pg_depend`.
    pub(super) fn need(&mut self, row: Row<'_>) {
        let by = |class: usize, oid: usize| (row.text(class).to_owned(), row.text(oid).to_owned());
        let Some(need) = self.need_place(row) else { return };
        let owned = self.owned.iter().filter(|(oid, _)| row.text(0) == "pg_class" && *oid == row.text(1));
        let mut ids: Vec<DefinitionId> = owned.map(|(_, id)| id.clone()).collect();
        if let Some(Place::Definition(id)) = self.places.get(&by(0, 1)) {
            ids.push(id.clone());
        }
        for id in ids {
            let own = need == Place::Definition(id.clone())
                || matches!(&need, Place::Table(name, Part::Whole) | Place::View(name) if id.on.as_ref() == Some(name));
            if !own
                && suits(&id, &need)
                && let Some(definition) = self.catalog.schema.definitions.get_mut(&id)
            {
                definition.needs.insert(need.clone());
            }
        }
    }

    fn need_place(&self, row: Row<'_>) -> Option<Place> {
        let (class, oid, column) = (row.text(2), row.text(3), row.text(4));
        if class == "pg_class" {
            match self.relations.get(oid) {
                Some(Relation::Table(owner)) if column != "0" => {
                    let name = self.columns.get(&column_key(oid, column)?)?;
                    return Some(Place::column(owner, name));
                }
                Some(Relation::Table(owner)) => return Some(Place::table(owner)),
                Some(Relation::View(owner)) => return Some(Place::View(owner.clone())),
                Some(Relation::Beside(_)) | None => {}
            }
        }
        self.places.get(&(class.to_owned(), oid.to_owned())).cloned()
    }
}

/// Whether a dependency affects ordering: a definition before tables cannot depend on a table, and one that acts as a table
/// depends only on those it cannot exist without.
fn suits(id: &DefinitionId, need: &Place) -> bool {
    match id.kind.layer() {
        DependencyLayer::BeforeTables => match need {
            Place::Enum(_) | Place::Routine(_) => true,
            Place::Definition(other) => other.kind.layer() == DependencyLayer::BeforeTables,
            Place::Table(..) | Place::View(_) => false,
        },
        DependencyLayer::LikeTable => match need {
            Place::Table(_, part) => *part == Part::Whole && id.kind == DefinitionKind::Partition,
            Place::Definition(other) => {
                matches!(other.kind, DefinitionKind::Partition | DefinitionKind::Server)
            }
            Place::Enum(_) | Place::View(_) | Place::Routine(_) => false,
        },
        DependencyLayer::AfterTables => true,
    }
}

/// The name of a kind in the queries.
pub(super) fn key(kind: DefinitionKind) -> &'static str {
    match kind {
        DefinitionKind::Schema => "schema",
        DefinitionKind::Extension => "extension",
        DefinitionKind::Collation => "collation",
        DefinitionKind::Domain => "domain",
        DefinitionKind::CompositeType => "composite_type",
        DefinitionKind::RangeType => "range_type",
        DefinitionKind::Sequence => "sequence",
        DefinitionKind::Aggregate => "aggregate",
        DefinitionKind::Operator => "operator",
        DefinitionKind::Server => "server",
        DefinitionKind::Partition => "partition",
        DefinitionKind::PartitionPart => "partition_part",
        DefinitionKind::ForeignTable => "foreign_table",
        DefinitionKind::Partitioning => "partitioning",
        DefinitionKind::Exclusion => "exclusion",
        DefinitionKind::Policy => "policy",
        DefinitionKind::Rule => "rule",
        DefinitionKind::ViewIndex => "view_index",
        DefinitionKind::ViewTrigger => "view_trigger",
        DefinitionKind::Statistics => "statistics",
        DefinitionKind::Event => "event",
        DefinitionKind::EventTrigger => "event_trigger",
        DefinitionKind::Publication => "publication",
        DefinitionKind::Setting => "setting",
        DefinitionKind::Comment => "comment",
        DefinitionKind::Privilege => "privilege",
    }
}
