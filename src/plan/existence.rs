//! Dependencies of definitions: whether they exist, whether they may be dropped, and how a definition follows a rename.
//!
//! Must not know SQL, or what a definition says.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Definition, DefinitionId, DependencyLayer, Facet, Name, ObjectName, Part, Place, Schema};

use super::{Object, Rename};

/// Whether an object exists at a place.
pub fn stands_at(schema: &Schema, place: &Place) -> bool {
    match place {
        Place::Table(name, part) => schema.tables.get(name).is_some_and(|table| match part {
            Part::Whole => true,
            Part::Comment => table.comment.is_some(),
            Part::Option(key) => table.options.contains_key(key.as_str()),
            Part::PrimaryKey => table.primary_key.is_some(),
            Part::Column(name, _) => table.columns.contains_key(name),
            Part::Unique(name) => table.uniques.contains_key(name),
            Part::ForeignKey(name, _) => table.foreign_keys.contains_key(name),
            Part::Check(name) => table.checks.contains_key(name),
            Part::Index(name) => table.indexes.contains_key(name),
            Part::Trigger(name) => table.triggers.contains_key(name),
            Part::Rows => table.rows.is_some(),
        }),
        Place::Enum(name) => schema.enums.contains_key(name),
        Place::View(name) => schema.views.contains_key(name),
        Place::Routine(name) => schema.routines.contains_key(name),
        Place::Definition(id) => schema.definitions.contains_key(id),
    }
}

/// Whether a table, a view or a definition that acts as a table has this name.
pub(super) fn is_relation(schema: &Schema, name: &ObjectName) -> bool {
    schema.tables.contains_key(name) || schema.views.contains_key(name) || schema.relation_beside(name).is_some()
}

/// Whether all dependencies of a definition exist.
pub(super) fn dependencies_exist(schema: &Schema, definition: &Definition) -> bool {
    definition.id.on.iter().all(|owner| is_relation(schema, owner))
        && definition.needs.iter().all(|need| stands_at(schema, need))
}

/// Whether a definition depends on the object.
pub(super) fn carries_a_definition(schema: &Schema, object: &Object) -> bool {
    let place = object.place();
    let relation = match object {
        Object::Table(table) => Some(&table.name),
        Object::View(view) => Some(&view.name),
        Object::Definition(definition) => {
            Some(&definition.id.name).filter(|_| definition.id.kind.layer() == DependencyLayer::LikeTable)
        }
        Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::Enum(_)
        | Object::Routine(_) => None,
    };
    schema.definitions.values().any(|definition| {
        relation.is_some_and(|name| definition.id.on.as_ref() == Some(name))
            || definition.needs.iter().any(|need| is_within(need, &place))
    })
}

/// Whether a definition depends on a column in its current form.
pub(super) fn holds_column(schema: &Schema, owner: &ObjectName, column: &Name) -> bool {
    let place = Place::column(owner, column);
    schema.definitions.values().any(|definition| {
        definition.id.kind.layer() == DependencyLayer::AfterTables
            && definition.needs.iter().any(|need| *need == place || *need == Place::table(owner))
    })
}

/// Whether `place` is `outer` or a part of it.
fn is_within(place: &Place, outer: &Place) -> bool {
    match (place, outer) {
        (Place::Table(name, _), Place::Table(table, Part::Whole)) => name == table,
        (Place::Table(name, Part::Column(column, _)), Place::Table(table, Part::Column(outer, Facet::Whole))) => {
            name == table && column == outer
        }
        _ => place == outer,
    }
}

/// Updates the names of renamed objects in every definition.
pub(super) fn follow(definitions: &mut BTreeMap<DefinitionId, Definition>, rename: &Rename) {
    let names_it = |definition: &Definition| {
        definition.needs.iter().any(|need| renamed(need, rename) != *need)
            || matches!((rename, &definition.id.on), (Rename::Table(change), Some(owner)) if *owner == change.from)
    };
    let ids: Vec<DefinitionId> = definitions
        .values()
        .filter(|definition| names_it(definition))
        .map(|definition| definition.id.clone())
        .collect();
    let taken: Vec<Definition> = ids.iter().filter_map(|id| definitions.remove(id)).collect();
    for definition in taken {
        let definition = said(definition, rename);
        definitions.insert(definition.id.clone(), definition);
    }
}

/// The definition after the rename of one of its dependencies.
pub(super) fn said(mut definition: Definition, rename: &Rename) -> Definition {
    definition.needs = definition.needs.iter().map(|need| renamed(need, rename)).collect::<BTreeSet<_>>();
    definition.id = renamed_id(&definition.id, rename);
    definition
}

fn renamed_id(id: &DefinitionId, rename: &Rename) -> DefinitionId {
    match (rename, &id.on) {
        (Rename::Table(change), Some(owner)) if *owner == change.from => {
            DefinitionId { on: Some(change.to.clone()), ..id.clone() }
        }
        _ => id.clone(),
    }
}

/// The place after the rename.
fn renamed(place: &Place, rename: &Rename) -> Place {
    let at = |owner: &ObjectName, part: Part| Place::Table(owner.clone(), part);
    match (place, rename) {
        (Place::Table(name, part), Rename::Table(change)) if *name == change.from => at(&change.to, part.clone()),
        (Place::Table(name, Part::Column(column, facet)), Rename::Column(owner, change))
            if name == owner && *column == change.from =>
        {
            at(owner, Part::Column(change.to.clone(), *facet))
        }
        (Place::Table(name, Part::Index(index)), Rename::Index(owner, change))
            if name == owner && *index == change.from =>
        {
            at(owner, Part::Index(change.to.clone()))
        }
        (Place::Table(name, Part::Unique(unique)), Rename::Unique(owner, change))
            if name == owner && *unique == change.from =>
        {
            at(owner, Part::Unique(change.to.clone()))
        }
        (Place::Table(name, Part::ForeignKey(key, facet)), Rename::ForeignKey(owner, change))
            if name == owner && *key == change.from =>
        {
            at(owner, Part::ForeignKey(change.to.clone(), *facet))
        }
        (Place::Table(name, Part::Check(check)), Rename::Check(owner, change))
            if name == owner && *check == change.from =>
        {
            at(owner, Part::Check(change.to.clone()))
        }
        (Place::Enum(name), Rename::Enum(change)) if *name == change.from => Place::Enum(change.to.clone()),
        (Place::Definition(id), _) => Place::Definition(renamed_id(id, rename)),
        _ => place.clone(),
    }
}
