//! The expanded format: every type and trait written out.
//!
//! Must not know a database.

use heck::ToSnakeCase;

use super::compact::{BEHAVIOR, ends, module, related, relations};
use super::model::{Field, Relation, RelationKind, Written, action, attribute};

pub(super) fn text(written: &Written<'_>) -> String {
    let entity = written.entity;
    let field = |field: &Field| {
        // The field finds its variant of `Column` by its own name otherwise.
        let names: Vec<String> =
            field.settings.iter().filter(|setting| setting.starts_with("enum_name")).cloned().collect();
        format!("{}    pub {}: {},\n", attribute(&names, 4), field.ident, field.spelled_type(false))
    };
    let fields: String = entity.fields.iter().map(field).collect();
    let mut text = written.head();
    text.push_str("#[derive(Copy, Clone, Default, Debug, DeriveEntity)]\npub struct Entity;\n\n");
    text.push_str(&entity_name(written));
    text.push_str(&written.derives("DeriveModel, DeriveActiveModel"));
    text.push_str(&format!("pub struct Model {{\n{fields}}}\n\n"));
    text.push_str(&columns(written));
    text.push_str(&primary_key(written));
    text.push_str(&relation_enum(written));
    text.push_str(&related(written));
    text.push_str(BEHAVIOR);
    text
}

fn entity_name(written: &Written<'_>) -> String {
    let table = written.entity.table;
    let schema = table.name.schema.as_ref().map(|schema| {
        format!("    fn schema_name(&self) -> Option<&str> {{\n        Some({:?})\n    }}\n\n", schema.as_str())
    });
    let comment = table
        .comment
        .as_ref()
        .map(|comment| format!("\n    fn comment(&self) -> Option<&str> {{\n        Some({comment:?})\n    }}\n"));
    format!(
        "impl EntityName for Entity {{\n{}    fn table_name(&self) -> &'static str {{\n        {:?}\n    }}\n{}}}\n\n",
        schema.unwrap_or_default(),
        table.name.name.as_str(),
        comment.unwrap_or_default(),
    )
}

fn columns(written: &Written<'_>) -> String {
    let fields = &written.entity.fields;
    let variant = |field: &Field| format!("{}    {},\n", column_name(field), field.variant);
    let variants: String = fields.iter().map(variant).collect();
    let definition = |field: &Field| {
        format!("            Self::{} => {}.def(){},\n", field.variant, field.column_type, field.definition.concat())
    };
    let definitions: String = fields.iter().map(definition).collect();
    format!(
        "#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]\npub enum Column {{\n{variants}}}\n\n\
         impl ColumnTrait for Column {{\n    type EntityName = Entity;\n\n    \
         fn def(&self) -> ColumnDef {{\n        match self {{\n{definitions}        }}\n    }}\n{}}}\n\n",
        casts(fields)
    )
}

/// The name of the column, where the variant does not imply it.
fn column_name(field: &Field) -> String {
    match field.variant.to_snake_case() == field.column.as_str() {
        true => String::new(),
        false => format!("    #[sea_orm(column_name = {:?})]\n", field.column.as_str()),
    }
}

/// How columns without a Rust type of their own are read and written.
fn casts(fields: &[Field]) -> String {
    let cast: Vec<(&str, &str)> =
        fields.iter().filter_map(|field| Some((field.variant.as_str(), field.as_text.as_deref()?))).collect();
    if cast.is_empty() {
        return String::new();
    }
    let function = |head: &str, to: &dyn Fn(&str) -> String, otherwise: &str| {
        let arms: String = cast
            .iter()
            .map(|(variant, native)| {
                format!(
                    "            Self::{variant} => sea_orm::sea_query::ExprTrait::cast_as(value, {:?}),\n",
                    to(native)
                )
            })
            .collect();
        let rest = if cast.len() < fields.len() { format!("            _ => {otherwise},\n") } else { String::new() };
        format!(
            "\n    fn {head}(&self, value: Expr) -> Expr {{\n        match self {{\n{arms}{rest}        }}\n    }}\n"
        )
    };
    function("select_as", &|_| "text".to_owned(), "self.select_enum_as(value)")
        + &function("save_as", &str::to_owned, "self.save_enum_as(value)")
}

fn primary_key(written: &Written<'_>) -> String {
    let key = written.entity.key();
    let variants: String = key.iter().map(|field| format!("{}    {},\n", column_name(field), field.variant)).collect();
    let types: Vec<&str> = key.iter().map(|field| field.rust_type.as_str()).collect();
    let of = match types.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("({})", several.join(", ")),
    };
    let is_numbered = key.iter().any(|field| field.is_numbered);
    format!(
        "#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]\npub enum PrimaryKey {{\n{variants}}}\n\n\
         impl PrimaryKeyTrait for PrimaryKey {{\n    type ValueType = {of};\n\n    \
         fn auto_increment() -> bool {{\n        {is_numbered}\n    }}\n}}\n\n"
    )
}

fn relation_enum(written: &Written<'_>) -> String {
    let derive = "#[derive(Copy, Clone, Debug, EnumIter)]\npub enum Relation ";
    let variants: String = relations(written).map(|relation| format!("    {},\n", relation.name)).collect();
    let arms: String = relations(written)
        .map(|relation| format!("            Self::{} => {},\n", relation.name, definition(written, relation)))
        .collect();
    let (variants, body) = match variants.is_empty() {
        true => ("{}".to_owned(), "        match *self {}\n".to_owned()),
        false => (format!("{{\n{variants}}}"), format!("        match self {{\n{arms}        }}\n")),
    };
    format!(
        "{derive}{variants}\n\nimpl RelationTrait for Relation {{\n    fn def(&self) -> RelationDef {{\n{body}    }}\n}}\n\n"
    )
}

fn definition(written: &Written<'_>, relation: &Relation) -> String {
    let entity = format!("{}Entity", module(written, relation));
    match &relation.kind {
        RelationKind::HasOne => format!("Entity::has_one({entity}).into()"),
        RelationKind::HasMany | RelationKind::Via { .. } => format!("Entity::has_many({entity}).into()"),
        RelationKind::BelongsTo { from, to, on_update, on_delete } => {
            let (from, to) = ends(written, relation, (from, to));
            let on = |event: &str, on: &Option<crate::schema::Action>| {
                let on = on.map(|on| format!("\n                .on_{event}(ForeignKeyAction::{})", action(on)));
                on.unwrap_or_default()
            };
            let (update, delete) = (on("update", on_update), on("delete", on_delete));
            format!(
                "Entity::belongs_to({entity})\n                .from({from})\n                \
                 .to({to}){update}{delete}\n                .into()"
            )
        }
    }
}
