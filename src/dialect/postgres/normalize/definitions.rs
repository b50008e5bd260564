//! Definitions in one form: spelled alike, with a statement that drops them, standing only on what is there.
//!
//! Must not know what a definition says.

use sea_gen_runner::sql;

use crate::dialect::{Product, Unsupported};
use crate::plan::stands_at;
use crate::schema::{Definition, DefinitionKind, DependencyLayer, Expression, Name, ObjectName, Place, Schema};

use super::super::render;
use super::{clauses, drop_empty, fits, needs, normal_definition, signature};

/// Brings every definition to its form.
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

/// A privilege on a routine names the types of its arguments as the catalog does.
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

/// What creates it: laid out as the catalog does, and compared without what is usual.
fn normal_create(definition: &Definition) -> Expression {
    let text = normal_definition(&definition.create);
    let significant = sql::significant(Product::Postgres, text.text());
    let significant = significant.trim_end_matches([';', '\n']);
    // Text that is laid out otherwise the second time is not understood: the snapshot would be read back as another one.
    let is_settled = |(layout, _): &(String, String)| {
        layout == significant || clauses::normal(definition, layout).is_some_and(|(again, _)| again == *layout)
    };
    match clauses::normal(definition, significant).filter(is_settled) {
        // Where the layout is kept, so are its lines and comments.
        Some((layout, canonical)) if layout == significant => Expression::new(text.text()).with_canonical(canonical),
        Some((layout, canonical)) => Expression::new(layout).with_canonical(canonical),
        None => Expression::new(text.text()).with_canonical(significant),
    }
}

/// Whether the kind's names are the database's.
fn is_named(kind: DefinitionKind) -> bool {
    !matches!(
        kind,
        DefinitionKind::PartitionPart | DefinitionKind::Setting | DefinitionKind::Comment | DefinitionKind::Privilege
    )
}

/// What is below tables cannot wait for one.
fn is_below(need: &Place) -> bool {
    match need {
        Place::Enum(_) | Place::Routine(_) => true,
        Place::Definition(other) => other.kind.layer() == DependencyLayer::BeforeTables,
        Place::Table(..) | Place::View(_) => false,
    }
}
