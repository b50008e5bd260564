//! The dependencies of a definition, derived from its text.
//!
//! Every object whose name occurs in the text counts. An extra dependency is harmless: the definition is only dropped
//! and created again needlessly. Must not know the catalog, whose answer takes precedence.

use std::collections::BTreeSet;

use crate::schema::{Definition, DefinitionKind, DependencyLayer, ObjectName, Place, Schema};

use super::super::words;

/// The places of a schema whose names occur in a definition's text.
pub(super) fn named(definition: &Definition, schema: &Schema) -> BTreeSet<Place> {
    let mut needs = BTreeSet::new();
    let text = definition.create.text();
    match definition.id.kind {
        DefinitionKind::PartitionPart
        | DefinitionKind::Policy
        | DefinitionKind::Rule
        | DefinitionKind::ViewIndex
        | DefinitionKind::ViewTrigger
        | DefinitionKind::Exclusion
        | DefinitionKind::Statistics => {}
        DefinitionKind::Domain
        | DefinitionKind::CompositeType
        | DefinitionKind::RangeType
        | DefinitionKind::Aggregate => {}
        DefinitionKind::Schema
        | DefinitionKind::Extension
        | DefinitionKind::Collation
        | DefinitionKind::Sequence
        | DefinitionKind::Operator
        | DefinitionKind::Server
        | DefinitionKind::Partition
        | DefinitionKind::ForeignTable
        | DefinitionKind::Partitioning
        | DefinitionKind::Event
        | DefinitionKind::EventTrigger
        | DefinitionKind::Publication
        | DefinitionKind::Setting
        | DefinitionKind::Comment
        | DefinitionKind::Privilege => return needs,
    }
    let attributes = (definition.id.kind == DefinitionKind::CompositeType).then(|| words::types_of_attributes(text));
    let names: BTreeSet<String> = words::names(attributes.as_deref().unwrap_or(text)).into_iter().collect();
    let is_named = |name: &ObjectName| {
        let bare = name.name.as_str();
        names.contains(bare.split('(').next().unwrap_or(bare))
    };
    needs.extend(schema.enums.keys().filter(|name| is_named(name)).cloned().map(Place::Enum));
    needs.extend(schema.routines.keys().filter(|name| is_named(name)).cloned().map(Place::Routine));
    let below = schema.definitions.keys().filter(|id| {
        id.kind.layer() == DependencyLayer::BeforeTables && **id != definition.id && id.kind != DefinitionKind::Schema
    });
    needs.extend(below.filter(|id| is_named(&id.name)).cloned().map(Place::Definition));
    if definition.id.kind.layer() == DependencyLayer::BeforeTables {
        return needs;
    }
    for table in schema.tables.values() {
        if definition.id.on.as_ref() == Some(&table.name) || is_named(&table.name) {
            let columns = table.columns.keys().filter(|column| names.contains(column.as_str()));
            needs.extend(columns.map(|column| Place::column(&table.name, column)));
            if definition.id.on.as_ref() != Some(&table.name) {
                needs.insert(Place::table(&table.name));
            }
        }
    }
    let views = schema.views.keys().filter(|name| definition.id.on.as_ref() != Some(name) && is_named(name));
    needs.extend(views.cloned().map(Place::View));
    needs
}
