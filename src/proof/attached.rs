//! Tables that gain or lose rows although no statement changes a row: a table becomes a partition of theirs, or stops being
//! one.
//!
//! Must not know how a table is attached.

use crate::schema::{Definition, DefinitionKind, ObjectName, Place, Schema};

/// The tables of the second schema that get rows with a partition that is a table of its own, or another table's, in the first.
pub(super) fn owners(one: &Schema, other: &Schema) -> Vec<ObjectName> {
    let partitions = other.definitions.values().filter(|it| it.id.kind == DefinitionKind::Partition);
    let comes = |it: &&Definition| {
        let known = one.definitions.get(&it.id);
        one.tables.contains_key(&it.id.name) || known.is_some_and(|known| known.needs != it.needs)
    };
    partitions.filter(comes).flat_map(|it| above(other, it)).collect()
}

/// The tables that a partition divides, one above the other.
fn above(schema: &Schema, partition: &Definition) -> Vec<ObjectName> {
    let mut found = Vec::new();
    for need in &partition.needs {
        match need {
            Place::Table(table, _) => found.push(table.clone()),
            Place::Definition(id) if id.kind == DefinitionKind::Partition => {
                found.extend(schema.definitions.get(id).into_iter().flat_map(|it| above(schema, it)));
            }
            Place::Definition(_) | Place::Enum(_) | Place::View(_) | Place::Routine(_) => {}
        }
    }
    found
}
