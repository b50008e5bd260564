//! The compact format: `DeriveEntityModel`, an enum of relations, and `Related` written out.
//!
//! Must not know a database.

use super::model::{Relation, RelationKind, Written, action, attribute};

pub(super) fn text(written: &Written<'_>) -> String {
    let entity = written.entity;
    let fields: String = entity.fields.iter().map(|field| field.text(false)).collect();
    format!(
        "{}{}{}pub struct Model {{\n{fields}}}\n\n{}{}{BEHAVIOR}",
        written.head(),
        written.derives("DeriveEntityModel"),
        attribute(&written.title(), 0),
        relation_enum(written),
        related(written),
    )
}

/// The end of every file.
pub(super) const BEHAVIOR: &str = "impl ActiveModelBehavior for ActiveModel {}\n";

fn relation_enum(written: &Written<'_>) -> String {
    let variants: String = relations(written)
        .map(|relation| format!("{}    {},\n", attribute(&settings(written, relation), 4), relation.name))
        .collect();
    let derive = "#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation ";
    if variants.is_empty() { format!("{derive}{{}}\n\n") } else { format!("{derive}{{\n{variants}}}\n\n") }
}

/// The relations with a variant of their own: what is reached through another table has none.
pub(super) fn relations<'w>(written: &'w Written<'_>) -> impl Iterator<Item = &'w Relation> {
    written.entity.relations.iter().filter(|relation| !matches!(relation.kind, RelationKind::Via { .. }))
}

/// Where an entity is, from the module of another.
pub(super) fn module(written: &Written<'_>, relation: &Relation) -> String {
    if relation.is_to_itself {
        return String::new();
    }
    written.target(relation).map(|target| format!("super::{}::", target.module)).unwrap_or_default()
}

/// The variants of `Column` of some columns of both ends, as they are written in the module of the first.
pub(super) fn ends(
    written: &Written<'_>,
    relation: &Relation,
    (from, to): (&[crate::schema::Name], &[crate::schema::Name]),
) -> (String, String) {
    let module = module(written, relation);
    let own = from.iter().filter_map(|column| Some(format!("Column::{}", written.entity.field(column)?.variant)));
    let target = written.target(relation);
    let others = to.iter().filter_map(|column| Some(format!("{module}Column::{}", target?.field(column)?.variant)));
    (listed(own.collect()), listed(others.collect()))
}

/// One name, or several in parentheses.
pub(super) fn listed(names: Vec<String>) -> String {
    match names.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

fn settings(written: &Written<'_>, relation: &Relation) -> Vec<String> {
    let entity = format!("{}Entity", module(written, relation));
    match &relation.kind {
        RelationKind::HasOne => vec![format!("has_one = {entity:?}")],
        RelationKind::HasMany => vec![format!("has_many = {entity:?}")],
        RelationKind::Via { .. } => Vec::new(),
        RelationKind::BelongsTo { from, to, on_update, on_delete } => {
            let (from, to) = ends(written, relation, (from, to));
            let mut settings =
                vec![format!("belongs_to = {entity:?}"), format!("from = {from:?}"), format!("to = {to:?}")];
            settings.extend(on_update.map(|on| format!("on_update = {:?}", action(on))));
            settings.extend(on_delete.map(|on| format!("on_delete = {:?}", action(on))));
            settings
        }
    }
}

/// The implementations of `Related`.
pub(super) fn related(written: &Written<'_>) -> String {
    let one = |relation: &Relation| {
        let module = module(written, relation);
        let head = format!("impl Related<{module}Entity> for Entity {{\n");
        match &relation.kind {
            RelationKind::Via { junction, own, other } => {
                let between = written.all.get(*junction).map(|it| it.module.clone()).unwrap_or_default();
                format!(
                    "{head}    fn to() -> RelationDef {{\n        super::{between}::Relation::{other}.def()\n    }}\n\n    \
                     fn via() -> Option<RelationDef> {{\n        Some(super::{between}::Relation::{own}.def().rev())\n    \
                     }}\n}}\n\n"
                )
            }
            RelationKind::BelongsTo { .. } | RelationKind::HasOne | RelationKind::HasMany => format!(
                "{head}    fn to() -> RelationDef {{\n        Relation::{}.def()\n    }}\n}}\n\n",
                relation.name
            ),
        }
    };
    written.entity.relations.iter().filter(|relation| relation.is_related).map(one).collect()
}
