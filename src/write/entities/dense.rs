//! The dense format: `#[sea_orm::model]`, with the relations as fields.
//!
//! Must not know a database.

use crate::schema::Name;

use super::compact::{BEHAVIOR, listed, module};
use super::model::{Entity, Relation, RelationKind, Written, action, attribute};
use super::relations::plain;

pub(super) fn text(written: &Written<'_>) -> String {
    let entity = written.entity;
    let fields: String = entity.fields.iter().map(|field| field.text(false)).collect();
    let relations: String = entity.relations.iter().map(|relation| relation_field(written, relation)).collect();
    format!(
        "{}#[sea_orm::model]\n{}{}pub struct Model {{\n{fields}{relations}}}\n\n{BEHAVIOR}",
        written.head(),
        written.derives("DeriveEntityModel"),
        attribute(&written.title(), 0),
    )
}

fn relation_field(written: &Written<'_>, relation: &Relation) -> String {
    let entity = format!("{}Entity", module(written, relation));
    let (settings, of) = match &relation.kind {
        RelationKind::HasOne => (vec!["has_one".to_owned()], format!("HasOne<{entity}>")),
        RelationKind::HasMany => (vec!["has_many".to_owned()], format!("HasMany<{entity}>")),
        RelationKind::Via { junction, .. } => {
            let between = written.all.get(*junction).map(|it| plain(&it.module)).unwrap_or_default();
            (vec!["has_many".to_owned(), format!("via = {between:?}")], format!("HasMany<{entity}>"))
        }
        RelationKind::BelongsTo { from, to, on_update, on_delete } => {
            let kind = if relation.is_to_itself { "self_ref" } else { "belongs_to" };
            let mut settings = vec![kind.to_owned()];
            if !relation.is_related {
                settings.push(format!("relation_enum = {:?}", relation.name));
            }
            settings.push(format!("from = {:?}", fields(written.entity, from)));
            settings.extend(written.target(relation).map(|target| format!("to = {:?}", fields(target, to))));
            settings.extend(on_update.map(|on| format!("on_update = {:?}", action(on))));
            settings.extend(on_delete.map(|on| format!("on_delete = {:?}", action(on))));
            let is_required = from.iter().all(|name| written.entity.field(name).is_some_and(|field| !field.nullable));
            let of = if is_required { format!("BelongsTo<{entity}>") } else { format!("BelongsTo<Option<{entity}>>") };
            (settings, of)
        }
    };
    format!("{}    pub {}: {of},\n", attribute(&settings, 4), super::names::raw(&relation.field))
}

/// Fields by their columns, as `from` and `to` name them.
fn fields(entity: &Entity<'_>, columns: &[Name]) -> String {
    let name = |column: &Name| {
        let field = entity.field(column)?;
        // A field whose variant has another name is called by the variant.
        let is_own = super::names::camel(plain(&field.ident)) == field.variant;
        Some(if is_own { plain(&field.ident).to_owned() } else { field.variant.clone() })
    };
    listed(columns.iter().filter_map(name).collect())
}
