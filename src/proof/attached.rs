//! Tables that gain or lose rows although no statement changes a row: a table is attached as a partition or detached.
//!
//! Must not know how a table is attached.

use crate::schema::{Definition, DefinitionKind, ObjectName, Place, Schema};

/// The tables of the second schema that gain rows with a partition that is a separate table, or another table's
/// partition, in the first.
pub(super) fn owners(one: &Schema, other: &Schema) -> Vec<ObjectName> {
    let partitions = other.definitions.values().filter(|it| it.id.kind == DefinitionKind::Partition);
    let comes = |it: &&Definition| {
        let known = one.definitions.get(&it.id);
        one.tables.contains_key(&it.id.name) || known.is_some_and(|known| known.needs != it.needs)
    };
    partitions.filter(comes).flat_map(|it| above(other, it)).collect()
}

/// The ancestors of a partition.
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
