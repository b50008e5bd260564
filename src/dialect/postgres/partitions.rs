//! Partitions: tables of their own, which belong to the table they divide.
//!
//! Must not know how they are read or made.

use std::collections::BTreeSet;

use crate::dialect::Expected;
use crate::schema::{Definition, DefinitionId, DefinitionKind, ObjectName, Part, Place, Schema, Table};

/// The table, or the partition, that a partition divides.
pub(super) fn parent(definition: &Definition) -> Option<&ObjectName> {
    fn divided(need: &Place) -> Option<&ObjectName> {
        match need {
            Place::Table(table, Part::Whole) => Some(table),
            Place::Definition(id) if id.kind == DefinitionKind::Partition => Some(&id.name),
            Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
        }
    }
    (definition.id.kind == DefinitionKind::Partition).then(|| definition.needs.iter().find_map(divided))?
}

/// The table at the top of those a partition divides.
pub(super) fn divided<'s>(schema: &'s Schema, partition: &Definition) -> Option<&'s Table> {
    let parent = parent(partition)?;
    match schema.tables.get(parent) {
        Some(table) => Some(table),
        None => divided(schema, schema.relation_beside(parent).filter(|it| it.id != partition.id)?),
    }
}

/// Which rows are in a partition: `FOR VALUES …` or `DEFAULT`.
pub(super) fn bounds(partition: &Definition) -> Option<&str> {
    let (_, rest) = partition.create.text().split_once("\n    ")?;
    let end = [KEY, SETTINGS].iter().filter_map(|mark| rest.rfind(mark)).min();
    rest.get(..end.unwrap_or(rest.len()))
}

/// How a partition is divided itself.
pub(super) fn key(partition: &Definition) -> Option<&str> {
    let text = partition.create.text();
    let rest = text.get(text.rfind(KEY)? + KEY.len()..)?;
    rest.get(..rest.rfind(SETTINGS).unwrap_or(rest.len()))
}

/// What follows the bounds in the statement that creates a partition, as it is normalised.
const KEY: &str = "\n    PARTITION BY ";
const SETTINGS: &str = "\n    WITH (";

/// The partitions of a table, and theirs, each behind the one it belongs to.
pub(super) fn of_table(schema: &Schema, table: &ObjectName) -> Vec<Definition> {
    let mut found: Vec<Definition> = Vec::new();
    loop {
        let belongs = |need: &Place| match need {
            Place::Table(owner, Part::Whole) => owner == table,
            Place::Definition(id) => found.iter().any(|other| other.id == *id),
            Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) => false,
        };
        let new = schema.definitions.values().filter(|it| {
            it.id.kind == DefinitionKind::Partition
                && it.needs.iter().any(belongs)
                && !found.iter().any(|other| other.id == it.id)
        });
        let new: Vec<Definition> = new.cloned().collect();
        if new.is_empty() {
            return found;
        }
        found.extend(new);
    }
}

/// Takes out the partitions that `known` does not have and that are not expected, of tables that it divides in the same way,
/// with what belongs to them.
pub(super) fn leave_out_new(schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
    let is_partition = |id: &DefinitionId| id.kind == DefinitionKind::Partition;
    let is_new = |id: &DefinitionId| !known.definitions.contains_key(id) && !expected(id.name.name.as_str());
    if !schema.definitions.keys().any(|id| is_partition(id) && is_new(id)) {
        return false;
    }
    let key = |schema: &Schema, table: &ObjectName| {
        schema.tables.get(table).and_then(|table| table.options.get("partition_by").cloned())
    };
    let divided = schema.tables.keys().filter(|name| {
        let key_now = key(schema, name);
        key_now.is_some() && key_now == key(known, name)
    });
    let partitions = divided.flat_map(|table| of_table(schema, table));
    let mut gone: BTreeSet<DefinitionId> = partitions.map(|it| it.id).filter(is_new).collect();
    let found = !gone.is_empty();
    loop {
        let belongs = |it: &&Definition| {
            let on_one = it.id.on.iter().any(|owner| gone.iter().any(|id| is_partition(id) && id.name == *owner));
            let stands_on_one = |need: &Place| matches!(need, Place::Definition(id) if gone.contains(id));
            !gone.contains(&it.id) && (on_one || it.needs.iter().any(stands_on_one))
        };
        let more: Vec<DefinitionId> = schema.definitions.values().filter(belongs).map(|it| it.id.clone()).collect();
        if more.is_empty() {
            break;
        }
        gone.extend(more);
    }
    schema.definitions.retain(|id, _| !gone.contains(id));
    found
}
