//! Normalises definitions: their text, the statement that drops them, and their dependencies.
//!
//! Must not know the syntax of a definition.

use sea_gen_runner::sql;

use crate::dialect::{Product, Unsupported};
use crate::plan::stands_at;
use crate::schema::{Definition, DefinitionKind, DependencyLayer, Expression, Name, ObjectName, Place, Schema};

use super::super::render;
use super::{clauses, drop_empty, fits, needs, normal_definition, signature};

/// Normalises every definition.
pub(super) fn normalize(schema: &mut Schema) -> Result<(), Unsupported> {
    for (mut id, mut definition) in std::mem::take(&mut schema.definitions) {
        if id.kind == DefinitionKind::Aggregate {
            id.name.name = signature(&id.name.name);
            definition.id = id.clone();
        }
        if id.kind == DefinitionKind::Privilege && !definition.create.is_normal() {
            of_routine(&mut definition);
            id = definition.id.clone();
        }
        schema.definitions.insert(id, definition);
    }
    let known = schema.clone();
    for (id, definition) in &mut schema.definitions {
        if definition.id.on.is_none() && !id.name.name.as_str().contains('(') && is_named(id.kind) {
            fits(&id.name, || Place::Definition(id.clone()))?;
        }
        if !definition.create.is_normal() {
            definition.create = normal_create(definition);
        }
        if definition.drop.is_empty() {
            definition.drop = render::drop_statement(id);
        }
        drop_empty(&mut definition.comment);
        definition.needs.retain(|need| stands_at(&known, need));
        if definition.needs.is_empty() {
            definition.needs = needs::named(definition, &known);
        }
        if id.kind.layer() == DependencyLayer::BeforeTables {
            definition.needs.retain(is_below);
        }
    }
    Ok(())
}

/// A privilege on a routine has its argument types in the catalog's spelling.
fn of_routine(privilege: &mut Definition) {
    let name = privilege.id.name.name.as_str().to_owned();
    let kinds = [" on function ", " on procedure "];
    let Some((role, kind, written)) =
        kinds.iter().find_map(|kind| name.split_once(kind).map(|(role, routine)| (role, *kind, routine)))
    else {
        return;
    };
    let routine = signature(&Name::from(written));
    let renamed = format!("{role}{kind}{routine}");
    privilege.id.name.name = renamed.as_str().into();
    privilege.create = Expression::new(privilege.create.text().replace(written, routine.as_str()));
    privilege.drop = privilege.drop.replace(written, routine.as_str());
    privilege.needs.insert(Place::Routine(ObjectName::local(routine)));
}

/// The `CREATE` statement in the catalog's layout, with a canonical form without defaults.
fn normal_create(definition: &Definition) -> Expression {
    let text = normal_definition(&definition.create);
    let significant = sql::significant(Product::Postgres, text.text());
    let significant = significant.trim_end_matches([';', '\n']);
    // If a second pass changes the layout, the text was misread, and the snapshot would read back differently.
    let is_settled = |(layout, _): &(String, String)| {
        layout == significant || clauses::normal(definition, layout).is_some_and(|(again, _)| again == *layout)
    };
    match clauses::normal(definition, significant).filter(is_settled) {
        // If the layout is kept, lines and comments are kept too.
        Some((layout, canonical)) if layout == significant => Expression::new(text.text()).with_canonical(canonical),
        Some((layout, canonical)) => Expression::new(layout).with_canonical(canonical),
        None => Expression::new(text.text()).with_canonical(significant),
    }
}

/// Whether names of this kind belong to the database, not to a schema.
fn is_named(kind: DefinitionKind) -> bool {
    !matches!(
        kind,
        DefinitionKind::PartitionPart | DefinitionKind::Setting | DefinitionKind::Comment | DefinitionKind::Privilege
    )
}

/// A definition that is created before tables cannot depend on a table.
fn is_below(need: &Place) -> bool {
    match need {
        Place::Enum(_) | Place::Routine(_) => true,
        Place::Definition(other) => other.kind.layer() == DependencyLayer::BeforeTables,
        Place::Table(..) | Place::View(_) => false,
    }
}
