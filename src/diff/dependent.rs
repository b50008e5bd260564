//! Foreign keys and views: what stands on other objects, and has to make way when they change under it.
//!
//! Must not know SQL or any dialect. Every rule here reads the same in both directions, so that a plan's inverse is the plan
//! for the other direction.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Object, Op, column_dependency, key_dependency};
use crate::schema::{ForeignKey, Name, ObjectName, Place, Schema, Table, View};

/// Drops and creates the foreign keys that differ, and those whose columns change their type or that refer to a primary key
/// or a unique constraint that is replaced: databases refuse both while the foreign key is there.
/// `unlike` are the tables that are not equal on both sides: between two others nothing can have changed.
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

/// Drops and creates the views that differ, and those that read something that does.
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
    // Views that read each other in a circle cannot exist; this keeps such nonsense from running for ever.
    known.insert(name.clone(), true);
    let stays = old == new
        && old.reads.iter().all(|read| match (from.tables.get(read), to.tables.get(read)) {
            (Some(old), Some(new)) => same_dependencies(old, new),
            // What neither side knows is outside what is managed.
            (None, None) if !from.views.contains_key(read) && !to.views.contains_key(read) => {
                beside_stays(read, from, to)
            }
            (None, None) => view_stays(read, from, to, known),
            (Some(_), None) | (None, Some(_)) => false,
        });
    known.insert(name.clone(), stays);
    stays
}

/// Whether a partition or foreign table keeps its place: it is of the same kind and belongs to the same tables, which keep
/// theirs. That there is none of this name on either side is no change either.
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

/// Whether no column that is in both changes what others rely on. A column in only one of them is not read by a view that
/// is the same on both sides.
pub(super) fn same_dependencies(old: &Table, new: &Table) -> bool {
    let both = old.columns.values().filter_map(|column| Some((column, new.columns.get(&column.name)?)));
    both.into_iter().all(|(old, new)| column_dependency(old) == column_dependency(new))
}
