//! The places of a schema: all of them, who declares what stands there, and whether two schemas have the same there.
//!
//! Must not know what is declared in the code.

use std::collections::BTreeSet;

use crate::schema::{Column, Facet, ForeignKey, Origin, Origins, Part, Place, Schema, Table};

/// The origins of a state in which nobody has declared anything: a database about to be adopted.
pub fn adopted(schema: &Schema) -> Origins {
    with_origins(places(schema), |_| Origin::Adopted)
}

/// Who declares what in a database: as the snapshot says where it knows the place, nobody where it does not. By these, what
/// was made by hand is kept; by those of the snapshot alone it would go.
pub fn found(database: &Schema, snapshot: &Schema, origins: &Origins) -> Origins {
    let known: BTreeSet<Place> = places(snapshot).collect();
    let origin = |place: &Place| if known.contains(place) { origins.of(place) } else { Origin::Adopted };
    with_origins(places(database), origin).beside(origins)
}

/// Who declares what in an earlier schema: as the snapshot says where it has the place. What has gone since was declared, or it would
/// have been kept. What is said of a column that was not there yet is left out.
pub fn earlier(schema: &Schema, origins: &Origins) -> Origins {
    let then = with_origins(places(schema), |place| origins.of(place)).beside(origins);
    let there = then.personal().iter().filter(|(place, _)| stands(place, schema));
    let there = there.map(|(place, data)| (place.clone(), data.clone())).collect();
    then.with_personal(there)
}

fn with_origins(places: impl Iterator<Item = Place>, origin: impl Fn(&Place) -> Origin) -> Origins {
    let mut origins = Origins::default();
    for place in places {
        let origin = origin(&place);
        origins.set(place, origin);
    }
    origins
}

/// Every place in a schema at which something stands.
fn places(schema: &Schema) -> impl Iterator<Item = Place> {
    let tables = schema.tables.values().flat_map(|table| {
        let whole = std::iter::once(Place::table(&table.name));
        whole.chain(places_in(table))
    });
    tables
        .chain(schema.enums.keys().cloned().map(Place::Enum))
        .chain(schema.views.keys().cloned().map(Place::View))
        .chain(schema.routines.keys().cloned().map(Place::Routine))
        .chain(schema.definitions.keys().cloned().map(Place::Definition))
}

/// Whether an object exists at a place.
pub(super) fn stands(place: &Place, schema: &Schema) -> bool {
    match place {
        Place::Table(name, part) => schema.tables.get(name).is_some_and(|table| stands_in(part, table)),
        Place::Enum(name) => schema.enums.contains_key(name),
        Place::View(name) => schema.views.contains_key(name),
        Place::Routine(name) => schema.routines.contains_key(name),
        Place::Definition(id) => schema.definitions.contains_key(id),
    }
}

fn stands_in(part: &Part, table: &Table) -> bool {
    match part {
        Part::Whole => true,
        Part::Comment => table.comment.is_some(),
        Part::Option(key) => table.options.contains_key(key.as_str()),
        Part::PrimaryKey => table.primary_key.is_some(),
        Part::Unique(name) => table.uniques.contains_key(name),
        Part::Check(name) => table.checks.contains_key(name),
        Part::Index(name) => table.indexes.contains_key(name),
        Part::Trigger(name) => table.triggers.contains_key(name),
        Part::Rows => table.rows.is_some(),
        Part::Column(name, facet) => {
            table.columns.get(name).is_some_and(|column| column_facets(column).contains(&(*facet, true)))
        }
        Part::ForeignKey(name, facet) => {
            table.foreign_keys.get(name).is_some_and(|key| key_facets(key).contains(&(*facet, true)))
        }
    }
}

fn column_facets(column: &Column) -> [(Facet, bool); 9] {
    [
        (Facet::Whole, true),
        (Facet::Type, true),
        (Facet::Default, column.default.is_some()),
        (Facet::Identity, column.identity.is_some()),
        (Facet::Generated, column.generated.is_some()),
        (Facet::Collation, column.collation.is_some()),
        (Facet::OnUpdate, column.on_update.is_some()),
        (Facet::Comment, column.comment.is_some()),
        (Facet::Options, !column.options.is_empty()),
    ]
}

fn key_facets(key: &ForeignKey) -> [(Facet, bool); 4] {
    [
        (Facet::Whole, true),
        (Facet::OnUpdate, key.on_update.is_some()),
        (Facet::OnDelete, key.on_delete.is_some()),
        (Facet::Options, !key.options.is_empty()),
    ]
}

/// Every place inside a table at which something stands.
pub(super) fn places_in(table: &Table) -> Vec<Place> {
    let mut parts = Vec::new();
    for (name, column) in &table.columns {
        let there = column_facets(column).into_iter().filter(|(_, there)| *there);
        parts.extend(there.map(|(facet, _)| Part::Column(name.clone(), facet)));
    }
    for (name, key) in &table.foreign_keys {
        let there = key_facets(key).into_iter().filter(|(_, there)| *there);
        parts.extend(there.map(|(facet, _)| Part::ForeignKey(name.clone(), facet)));
    }
    parts.extend(table.primary_key.iter().map(|_| Part::PrimaryKey));
    parts.extend(table.uniques.keys().cloned().map(Part::Unique));
    parts.extend(table.checks.keys().cloned().map(Part::Check));
    parts.extend(table.indexes.keys().cloned().map(Part::Index));
    parts.extend(table.triggers.keys().cloned().map(Part::Trigger));
    parts.extend(table.rows.iter().map(|_| Part::Rows));
    parts.extend(table.comment.iter().map(|_| Part::Comment));
    parts.extend(table.options.keys().map(|key| Part::Option(key.as_str().into())));
    parts.into_iter().map(|part| Place::Table(table.name.clone(), part)).collect()
}

/// Whether a database has whatever nobody declares just as the snapshot says it is. The code is silent on it, so a change of
/// it cannot have come from synchronising with the code.
pub fn keeps_what_nobody_declares(database: &Schema, snapshot: &Schema, origins: &Origins) -> bool {
    let adopted = origins.listed().filter(|(_, origin)| *origin == Origin::Adopted);
    adopted.into_iter().all(|(place, _)| same_at(place, database, snapshot))
}

/// Whether two schemas have the same at a place.
fn same_at(place: &Place, left: &Schema, right: &Schema) -> bool {
    match place {
        Place::Table(name, part) => match (left.tables.get(name), right.tables.get(name)) {
            (Some(left), Some(right)) => same_in(part, left, right),
            (left, right) => left.is_some() == right.is_some(),
        },
        Place::Enum(name) => left.enums.get(name) == right.enums.get(name),
        Place::View(name) => left.views.get(name) == right.views.get(name),
        Place::Routine(name) => left.routines.get(name) == right.routines.get(name),
        Place::Definition(id) => left.definitions.get(id) == right.definitions.get(id),
    }
}

fn same_in(part: &Part, left: &Table, right: &Table) -> bool {
    match part {
        Part::Whole => true,
        Part::Comment => left.comment == right.comment,
        Part::Option(key) => left.options.get(key.as_str()) == right.options.get(key.as_str()),
        Part::PrimaryKey => left.primary_key == right.primary_key,
        Part::Unique(name) => left.uniques.get(name) == right.uniques.get(name),
        Part::Check(name) => left.checks.get(name) == right.checks.get(name),
        Part::Index(name) => left.indexes.get(name) == right.indexes.get(name),
        Part::Trigger(name) => left.triggers.get(name) == right.triggers.get(name),
        Part::Rows => left.rows == right.rows,
        Part::Column(name, facet) => match (left.columns.get(name), right.columns.get(name)) {
            (Some(left), Some(right)) => match facet {
                Facet::Whole => left.nullable == right.nullable,
                Facet::Type => left.data_type == right.data_type,
                Facet::Default => left.default == right.default,
                Facet::Identity => left.identity == right.identity,
                Facet::Generated => left.generated == right.generated,
                Facet::Collation => left.collation == right.collation,
                Facet::OnUpdate => left.on_update == right.on_update,
                Facet::OnDelete => true,
                Facet::Comment => left.comment == right.comment,
                Facet::Options => left.options == right.options,
            },
            (left, right) => left.is_some() == right.is_some(),
        },
        Part::ForeignKey(name, facet) => match (left.foreign_keys.get(name), right.foreign_keys.get(name)) {
            (Some(left), Some(right)) => match facet {
                Facet::OnUpdate => left.on_update == right.on_update,
                Facet::OnDelete => left.on_delete == right.on_delete,
                Facet::Options => left.options == right.options,
                _ => {
                    (&left.columns, &left.references, &left.referenced_columns)
                        == (&right.columns, &right.references, &right.referenced_columns)
                }
            },
            (left, right) => left.is_some() == right.is_some(),
        },
    }
}
