//! Merges entities: one table each, and the foreign keys between them.
//!
//! Must not know how either end was written.

use std::collections::HashMap;

use crate::schema::{Facet, ForeignKey, Name, ObjectName, Options, Origin, Part, Parts, Place, Table};

use super::Context;
use super::columns::EntityTable;
use super::names;
use super::outline::Outline;
use super::relations::Relation;
use super::source::{Output, SourceError, SourceLocation};

/// One entity as read: its table, and its references to other entities.
pub(super) struct UnresolvedEntity {
    pub(super) entity: EntityTable,
    keys: Vec<Key>,
}

/// A foreign key whose referenced columns are not resolved yet.
struct Key {
    name: Name,
    columns: Vec<Name>,
    relation: Relation,
}

impl UnresolvedEntity {
    /// Names the foreign keys of an entity, which takes nothing but its own columns.
    pub(super) fn new(entity: EntityTable, relations: Vec<Relation>, output: &mut Output) -> Self {
        // Most have one or none, and what is known of one takes room.
        let mut keys = Vec::with_capacity(relations.len());
        for relation in relations {
            let Some(columns) = columns(&entity, &relation.from, &relation, output) else { continue };
            let spelled: Vec<&str> = columns.iter().map(Name::as_str).collect();
            let given = relation.name.clone();
            let is_given = given.is_some();
            let name = given.unwrap_or_else(|| names::foreign_key(entity.table.name.name.as_str(), &spelled));
            let name = Name::from(name);
            let place = Place::Table(entity.table.name.clone(), Part::ForeignKey(name.clone(), Facet::Whole));
            output.model.given_names.extend(is_given.then_some(place));
            for (facet, spot) in [
                (Facet::Whole, Some(&relation.spot)),
                (Facet::OnDelete, relation.on_delete.as_ref().map(|(_, spot)| spot)),
                (Facet::OnUpdate, relation.on_update.as_ref().map(|(_, spot)| spot)),
            ] {
                if let Some(spot) = spot {
                    let place = Place::Table(entity.table.name.clone(), Part::ForeignKey(name.clone(), facet));
                    output.declare(place, spot, Origin::Entity);
                }
            }
            keys.push(Key { name, columns, relation });
        }
        Self { entity, keys }
    }
}

/// Puts all tables into the model, and their foreign keys.
pub(super) fn complete(outline: &Outline, readings: Vec<UnresolvedEntity>, context: &Context, output: &mut Output) {
    // SeaORM has `skip_fk` from 2.0 on.
    let skips = context.sea_orm.is_none_or(|version| version >= (2, 0));
    let entities: HashMap<usize, &EntityTable> =
        readings.iter().map(|reading| (reading.entity.module, &reading.entity)).collect();
    let mut seen: HashMap<&ObjectName, &SourceLocation> = HashMap::new();
    let mut foreign_keys: Vec<Option<Parts<ForeignKey>>> = Vec::new();
    for UnresolvedEntity { entity, keys: found } in &readings {
        if let Some(first) = seen.get(&entity.table.name) {
            let message = format!("two entities are the table `{}`", entity.table.name);
            let trouble = SourceError::new(entity.spot.clone(), message, "the second");
            output.error(
                trouble.hint(format!("the first is at {}; give one of them another `table_name`", first.said())),
            );
            foreign_keys.push(None);
            continue;
        }
        seen.insert(&entity.table.name, &entity.spot);
        let mut keys: Parts<ForeignKey> = Parts::new();
        let mut ambiguous: Vec<Name> = Vec::new();
        for key in found {
            let Some(complete) = foreign_key((outline, skips), &entities, entity, key, output) else { continue };
            match keys.get(&key.name) {
                // Two relations may well be one key: one of them for loading, say.
                Some(known) if *known == complete => {}
                // A column that belongs to one of several tables: no key could hold that.
                Some(known) if known.columns == complete.columns && known.references != complete.references => {
                    let columns = complete.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
                    let message = format!(
                        "{}.{columns} refers to {} and to {}: neither relation is taken as a foreign key",
                        entity.table.name, known.references, complete.references
                    );
                    let trouble = SourceError::new(key.relation.spot.clone(), message, "the second");
                    output.warning(trouble.hint("if they are foreign keys, give one of them an `fk_name`"));
                    ambiguous.push(key.name.clone());
                }
                Some(_) => {
                    let message = format!("two foreign keys would be called `{}`", key.name);
                    let trouble = SourceError::new(key.relation.spot.clone(), message, "the second");
                    output.error(trouble.hint(match skips {
                        true => "add `skip_fk` to one of them, or give it another `fk_name`",
                        false => "give one of them another `fk_name`",
                    }));
                }
                None => _ = keys.insert(key.name.clone(), complete),
            }
        }
        keys.retain(|name, _| !ambiguous.contains(name));
        foreign_keys.push(Some(keys));
    }
    index_names(&readings, output);
    let tables =
        readings.into_iter().zip(foreign_keys).filter_map(|(UnresolvedEntity { entity, .. }, foreign_keys)| {
            Some((entity.table.name.clone(), Table { foreign_keys: foreign_keys?, ..entity.table }))
        });
    output.model.schema.tables = tables.collect();
}

fn foreign_key(
    (outline, skips): (&Outline, bool),
    entities: &HashMap<usize, &EntityTable>,
    here: &EntityTable,
    key: &Key,
    output: &mut Output,
) -> Option<ForeignKey> {
    let Key { name, columns, relation } = key;
    let there = outline.entity(here.module, &relation.entity).and_then(|module| entities.get(&module));
    let Some(there) = there else {
        let message = format!("no entity `{}` in these files", relation.entity.join("::"));
        let trouble = SourceError::new(relation.entity_spot.clone(), message, "not found");
        output.error(trouble.hint(match skips {
            true => "check the path, or add `skip_fk` if its table is declared elsewhere",
            false => "check the path; the crate of the entity must be among the `entities`",
        }));
        return None;
    };
    let referenced_columns = self::columns(there, &relation.to, relation, output)?;
    if columns.len() != referenced_columns.len() || columns.is_empty() {
        let message = "a relation needs as many columns there as here";
        let label = format!("{} here, {} there", columns.len(), referenced_columns.len());
        output
            .error(SourceError::new(relation.spot.clone(), message, label).hint("from = \"(a, b)\", to = \"(a, b)\""));
        return None;
    }
    Some(ForeignKey {
        name: name.clone(),
        columns: columns.clone(),
        references: there.table.name.clone(),
        referenced_columns,
        on_update: relation.on_update.as_ref().and_then(|(action, _)| *action),
        on_delete: relation.on_delete.as_ref().and_then(|(action, _)| *action),
        options: Options::new(),
    })
}

fn columns(of: &EntityTable, variants: &[String], relation: &Relation, output: &mut Output) -> Option<Vec<Name>> {
    let mut columns = Vec::new();
    for variant in variants {
        let Some(column) = of.column(variant) else {
            let message = format!("table `{}` has no column `{variant}`", of.table.name);
            let trouble = SourceError::new(relation.columns_spot.clone(), message, "no such column");
            output.error(trouble.hint(format!("one of {}", of.variants.listed(&of.table))));
            return None;
        };
        columns.push(column.clone());
    }
    Some(columns)
}

/// PostgreSQL and SQLite keep the names of all indexes of a schema in one space: `a` + `b-c` and `a-b` + `c` collide.
fn index_names(readings: &[UnresolvedEntity], output: &mut Output) {
    let mut tables: Vec<&EntityTable> = readings.iter().map(|reading| &reading.entity).collect();
    tables.sort_by_key(|entity| &entity.table.name);
    let mut seen: HashMap<(Option<&Name>, &Name), &ObjectName> = HashMap::new();
    for EntityTable { table, spot, .. } in tables {
        for index in table.indexes.keys() {
            let first = *seen.entry((table.name.schema.as_ref(), index)).or_insert(&table.name);
            if *first != table.name {
                let message = format!("tables `{first}` and `{}` would both have an index `{index}`", table.name);
                let trouble = SourceError::new(spot.clone(), message, "the second");
                output.error(trouble.hint("declare one of them in an SQL file, under a name of its own"));
            }
        }
    }
}
