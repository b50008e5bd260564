//! Foreign keys and views: dependents that must be dropped while an object they depend on changes.
//!
//! Must not know SQL or any dialect. Every rule here reads the same in both directions, so that a plan's inverse is the plan
//! for the other direction.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Object, Op, column_dependency, key_dependency};
use crate::schema::{ForeignKey, Name, ObjectName, Place, Schema, Table, View};

/// Drops and creates the foreign keys that differ, and those whose columns change type or that reference a replaced primary
/// key or unique constraint: databases refuse both while the foreign key exists. `unlike` are the tables that differ between
/// the sides: between two others nothing can have changed.
pub(super) fn foreign_keys(from: &Schema, to: &Schema, unlike: &BTreeSet<&ObjectName>, ops: &mut Vec<Op>) {
    let same = |name: &ObjectName| from.tables.contains_key(name) && !unlike.contains(name);
    let stays = |(owner, key): &(&ObjectName, &ForeignKey)| {
        (same(owner) && same(&key.references))
            || key_of(from, owner, &key.name) == key_of(to, owner, &key.name)
                && key_dependency(from, owner, key) == key_dependency(to, owner, key)
    };
    let goes = keys_of(from).filter(|place| !stays(place));
    ops.extend(goes.map(|(owner, key)| Op::Drop(Object::ForeignKey(owner.clone(), key.clone()))));
    let comes = keys_of(to).filter(|place| !stays(place));
    ops.extend(comes.map(|(owner, key)| Op::Create(Object::ForeignKey(owner.clone(), key.clone()))));
}

fn key_of<'s>(schema: &'s Schema, owner: &ObjectName, name: &Name) -> Option<&'s ForeignKey> {
    schema.tables.get(owner).and_then(|table| table.foreign_keys.get(name))
}

fn keys_of(schema: &Schema) -> impl Iterator<Item = (&ObjectName, &ForeignKey)> {
    schema.tables.values().flat_map(|table| table.foreign_keys.values().map(|key| (&table.name, key)))
}

/// Drops and creates the views that differ, and those that read an object that does.
pub(super) fn views(from: &Schema, to: &Schema, ops: &mut Vec<Op>) {
    let mut known = BTreeMap::new();
    let mut changed = |view: &&View| !view_stays(&view.name, from, to, &mut known);
    ops.extend(from.views.values().filter(&mut changed).map(|view| Op::Drop(Object::View(view.clone()))));
    ops.extend(to.views.values().filter(&mut changed).map(|view| Op::Create(Object::View(view.clone()))));
}

pub(super) fn view_stays(
    name: &ObjectName,
    from: &Schema,
    to: &Schema,
    known: &mut BTreeMap<ObjectName, bool>,
) -> bool {
    let (Some(old), Some(new)) = (from.views.get(name), to.views.get(name)) else { return false };
    if let Some(known) = known.get(name) {
        return *known;
    }
    // Cyclic dependencies are invalid; this guard prevents infinite recursion.
    known.insert(name.clone(), true);
    let stays = old == new
        && old.reads.iter().all(|read| match (from.tables.get(read), to.tables.get(read)) {
            (Some(old), Some(new)) => same_dependencies(old, new),
            // An object that neither side has is unmanaged.
            (None, None) if !from.views.contains_key(read) && !to.views.contains_key(read) => {
                beside_stays(read, from, to)
            }
            (None, None) => view_stays(read, from, to, known),
            (Some(_), None) | (None, Some(_)) => false,
        });
    known.insert(name.clone(), stays);
    stays
}

/// Whether a partition or foreign table is kept: its kind is unchanged, and it belongs to the same tables, which are kept. A
/// name that exists on neither side counts as unchanged.
pub(super) fn beside_stays(name: &ObjectName, from: &Schema, to: &Schema) -> bool {
    match (from.relation_beside(name), to.relation_beside(name)) {
        (None, None) => true,
        (Some(old), Some(new)) => {
            let belongs = |need: &Place| match need {
                Place::Table(table, _) => from.tables.contains_key(table) && to.tables.contains_key(table),
                Place::Definition(id) if id.name != *name => beside_stays(&id.name, from, to),
                Place::Definition(_) | Place::Enum(_) | Place::View(_) | Place::Routine(_) => true,
            };
            old.id == new.id && old.needs == new.needs && old.needs.iter().all(belongs)
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether no column on both sides changes a facet that dependents rely on. A view that is equal on both sides does not read
/// a column that only one side has.
pub(super) fn same_dependencies(old: &Table, new: &Table) -> bool {
    let both = old.columns.values().filter_map(|column| Some((column, new.columns.get(&column.name)?)));
    both.into_iter().all(|(old, new)| column_dependency(old) == column_dependency(new))
}
