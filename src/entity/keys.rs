//! Bringing entities together: one table each, and the foreign keys between them.
//!
//! Must not know how either end was written.

use std::collections::{BTreeMap, HashMap};

use crate::schema::{Facet, ForeignKey, Name, ObjectName, Origin, Part, Place, Table};

use super::columns::Draft;
use super::names;
use super::outline::Outline;
use super::relations::Relation;
use super::source::{Output, Spot, Trouble};

/// One entity as it was read: its table, and what refers to other entities.
pub(super) struct Reading {
    pub(super) draft: Draft,
    pub(super) relations: Vec<Relation>,
}

/// Puts all tables into the model, and their foreign keys.
pub(super) fn complete(outline: &Outline, readings: Vec<Reading>, output: &mut Output) {
    let mut tables: BTreeMap<ObjectName, Table> = BTreeMap::new();
    let mut seen: BTreeMap<ObjectName, Spot> = BTreeMap::new();
    let drafts: HashMap<usize, &Draft> =
        readings.iter().map(|reading| (reading.draft.module, &reading.draft)).collect();
    for Reading { draft, relations } in &readings {
        if let Some(first) = seen.get(&draft.table.name) {
            let message = format!("two entities are the table `{}`", draft.table.name);
            let trouble = Trouble::new(draft.spot.clone(), message, "the second");
            output.error(
                trouble.hint(format!("the first is at {}; give one of them another `table_name`", first.said())),
            );
            continue;
        }
        seen.insert(draft.table.name.clone(), draft.spot.clone());
        let mut keys: BTreeMap<Name, ForeignKey> = BTreeMap::new();
        for relation in relations {
            let Some(key) = foreign_key(outline, &drafts, draft, relation, output) else { continue };
            match keys.get(&key.name) {
                // Two relations may well be one key: one of them for loading, say.
                Some(known) if *known == key => continue,
                Some(_) => {
                    let message = format!("two foreign keys would be called `{}`", key.name);
                    let trouble = Trouble::new(relation.spot.clone(), message, "the second");
                    output.error(trouble.hint("add `skip_fk` to one of them, or give it another `fk_name`"));
                    continue;
                }
                None => {}
            }
            for (facet, spot) in [
                (Facet::Whole, Some(&relation.spot)),
                (Facet::OnDelete, relation.on_delete.as_ref().map(|(_, spot)| spot)),
                (Facet::OnUpdate, relation.on_update.as_ref().map(|(_, spot)| spot)),
            ] {
                if let Some(spot) = spot {
                    let place = Place::Table(draft.table.name.clone(), Part::ForeignKey(key.name.clone(), facet));
                    output.declare(place, spot, Origin::Entity);
                }
            }
            keys.insert(key.name.clone(), key);
        }
        tables.insert(draft.table.name.clone(), Table { foreign_keys: keys, ..Table::new(draft.table.name.clone()) });
    }
    drop(drafts);
    // Of two drafts of one table the first is meant; it is the one whose keys are there.
    for Reading { draft, .. } in readings {
        if let Some(table) = tables.get_mut(&draft.table.name)
            && table.columns.is_empty()
        {
            let foreign_keys = std::mem::take(&mut table.foreign_keys);
            *table = Table { foreign_keys, ..draft.table };
        }
    }
    output.model.schema.tables = tables;
    index_names(output, &seen);
}

fn foreign_key(
    outline: &Outline,
    drafts: &HashMap<usize, &Draft>,
    here: &Draft,
    relation: &Relation,
    output: &mut Output,
) -> Option<ForeignKey> {
    let there = outline.entity(here.module, &relation.entity).and_then(|module| drafts.get(&module));
    let Some(there) = there else {
        let message = format!("no entity `{}` in these files", relation.entity.join("::"));
        let trouble = Trouble::new(relation.entity_spot.clone(), message, "not found");
        output.error(trouble.hint("check the path, or add `skip_fk` if its table is declared elsewhere"));
        return None;
    };
    let columns = columns(here, &relation.from, relation, output)?;
    let referenced_columns = columns_of(there, relation, output)?;
    if columns.len() != referenced_columns.len() || columns.is_empty() {
        let message = "a relation needs as many columns there as here";
        let label = format!("{} here, {} there", columns.len(), referenced_columns.len());
        output.error(Trouble::new(relation.spot.clone(), message, label).hint("from = \"(a, b)\", to = \"(a, b)\""));
        return None;
    }
    let spelled: Vec<&str> = columns.iter().map(Name::as_str).collect();
    let name = relation.name.clone().unwrap_or_else(|| names::foreign_key(here.table.name.name.as_str(), &spelled));
    Some(ForeignKey {
        name: Name::from(name),
        columns,
        references: there.table.name.clone(),
        referenced_columns,
        on_update: relation.on_update.as_ref().and_then(|(action, _)| *action),
        on_delete: relation.on_delete.as_ref().and_then(|(action, _)| *action),
        options: BTreeMap::new(),
    })
}

fn columns_of(there: &Draft, relation: &Relation, output: &mut Output) -> Option<Vec<Name>> {
    columns(there, &relation.to, relation, output)
}

fn columns(of: &Draft, variants: &[String], relation: &Relation, output: &mut Output) -> Option<Vec<Name>> {
    let mut columns = Vec::new();
    for variant in variants {
        let Some(column) = of.variants.get(variant) else {
            let message = format!("table `{}` has no column `{variant}`", of.table.name);
            let trouble = Trouble::new(relation.columns_spot.clone(), message, "no such column");
            let known: Vec<&str> = of.variants.keys().map(String::as_str).collect();
            output.error(trouble.hint(format!("one of {}", known.join(", "))));
            return None;
        };
        columns.push(column.clone());
    }
    Some(columns)
}

/// PostgreSQL and SQLite keep the names of all indexes of a schema in one space: `a` + `b-c` and `a-b` + `c` collide.
fn index_names(output: &mut Output, spots: &BTreeMap<ObjectName, Spot>) {
    let mut seen: BTreeMap<(Option<Name>, Name), ObjectName> = BTreeMap::new();
    let mut troubles = Vec::new();
    for table in output.model.schema.tables.values() {
        for index in table.indexes.keys() {
            let first = seen.entry((table.name.schema.clone(), index.clone())).or_insert_with(|| table.name.clone());
            if *first != table.name
                && let Some(spot) = spots.get(&table.name)
            {
                let message = format!("tables `{first}` and `{}` would both have an index `{index}`", table.name);
                troubles.push(
                    Trouble::new(spot.clone(), message, "the second")
                        .hint("declare one of them in an SQL file, under a name of its own"),
                );
            }
        }
    }
    troubles.into_iter().for_each(|trouble| output.error(trouble));
}
