//! An entity before it is written in one of the formats.
//!
//! Must not know a format, or a database.

use crate::schema::{Action, Name, Table};

use super::EntityStyle;

/// An entity.
pub(super) struct Entity<'a> {
    pub(super) table: &'a Table,
    /// The name of its module, as it is written.
    pub(super) module: String,
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
    pub(super) relations: Vec<Relation>,
}

impl Entity<'_> {
    pub(super) fn field(&self, column: &Name) -> Option<&Field> {
        self.fields.iter().find(|field| field.column == *column)
    }

    /// The fields of the primary key, in the order of the model.
    pub(super) fn key(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_key).collect()
    }
}

/// What writing an entity needs.
pub(super) struct Written<'a> {
    pub(super) entity: &'a Entity<'a>,
    /// All entities, which relations refer to by number.
    pub(super) all: &'a [Entity<'a>],
    pub(super) style: EntityStyle,
}

impl Written<'_> {
    pub(super) fn target(&self, relation: &Relation) -> Option<&Entity<'_>> {
        self.all.get(relation.target)
    }

    /// The first lines of the file.
    pub(super) fn head(&self) -> String {
        let Self { entity, style, .. } = self;
        let mut imports: Vec<String> = entity.fields.iter().filter_map(|field| field.import.clone()).collect();
        imports.sort();
        imports.dedup();
        let imports: String = imports.iter().map(|import| format!("use {import};\n")).collect();
        let serde = style.serde.import();
        let name = entity.table.name.to_string();
        let name = name.escape_debug();
        format!("//! The table `{name}`.\n\n{imports}use sea_orm::entity::prelude::*;\n{serde}\n")
    }

    /// The derives of the model, from a beginning.
    pub(super) fn derives(&self, own: &str) -> String {
        let is_inexact = |field: &Field| field.rust_type.contains("f32") || field.rust_type.contains("f64");
        let eq = if self.entity.fields.iter().any(is_inexact) { "" } else { ", Eq" };
        format!("#[derive(Clone, Debug, PartialEq{eq}, {own}{})]\n", self.style.serde.derives())
    }

    /// What the table says of itself in `#[sea_orm(…)]`.
    pub(super) fn title(&self) -> Vec<String> {
        let table = self.entity.table;
        let schema = table.name.schema.iter().map(|schema| format!("schema_name = {:?}", schema.as_str()));
        let name = format!("table_name = {:?}", table.name.name.as_str());
        let comment = table.comment.iter().map(|comment| format!("comment = {comment:?}"));
        schema.chain([name]).chain(comment).collect()
    }
}

/// A field of the model.
pub(super) struct Field {
    pub(super) column: Name,
    /// As it is written: `title`, `r#type`.
    pub(super) ident: String,
    /// The variant of `Column`.
    pub(super) variant: String,
    /// The Rust type, without `Option`.
    pub(super) rust_type: String,
    /// The path of its type, if that has to be imported.
    pub(super) import: Option<String>,
    pub(super) nullable: bool,
    pub(super) is_key: bool,
    /// Whether the database numbers the key.
    pub(super) is_numbered: bool,
    /// Whether its values are read and written as text, and the type of the database.
    pub(super) as_text: Option<String>,
    /// The settings in `#[sea_orm(…)]`.
    pub(super) settings: Vec<String>,
    /// The type as an expression: `ColumnType::Text`.
    pub(super) column_type: String,
    /// What follows its definition: `.unique()`.
    pub(super) definition: Vec<String>,
}

impl Field {
    /// The type with `Option` where the column takes NULL. `is_path` spells out what would have to be imported.
    pub(super) fn spelled_type(&self, is_path: bool) -> String {
        let plain = match &self.import {
            Some(path) if is_path => {
                let name = path.rsplit("::").next().unwrap_or(path);
                self.rust_type.replace(name, path)
            }
            _ => self.rust_type.clone(),
        };
        if self.nullable { format!("Option<{plain}>") } else { plain }
    }

    /// The field in a model.
    pub(super) fn text(&self, is_path: bool) -> String {
        let attribute = attribute(&self.settings, 4);
        format!("{attribute}    pub {}: {},\n", self.ident, self.spelled_type(is_path))
    }
}

/// A relation to another entity.
pub(super) struct Relation {
    pub(super) kind: RelationKind,
    /// The number of the other entity.
    pub(super) target: usize,
    /// The variant of `Relation`.
    pub(super) name: String,
    /// The field of a dense model.
    pub(super) field: String,
    pub(super) is_to_itself: bool,
    /// Whether it is the one that `Related` leads along.
    pub(super) is_related: bool,
}

/// The kind of a relation.
pub(super) enum RelationKind {
    /// A foreign key.
    BelongsTo { from: Vec<Name>, to: Vec<Name>, on_update: Option<Action>, on_delete: Option<Action> },
    /// The other end of one that is unique.
    HasOne,
    /// The other end of one.
    HasMany,
    /// Two keys of a table between.
    Via { junction: usize, own: String, other: String },
}

/// `#[sea_orm(…)]` in lines of a width, as rustfmt breaks them; nothing if there are no settings.
pub(super) fn attribute(settings: &[String], indent: usize) -> String {
    if settings.is_empty() {
        return String::new();
    }
    let space = " ".repeat(indent);
    let line = settings.join(", ");
    if line.chars().count() <= MOST {
        return format!("{space}#[sea_orm({line})]\n");
    }
    let lines: Vec<String> = settings.iter().map(|setting| format!("{space}    {setting}")).collect();
    format!("{space}#[sea_orm(\n{}\n{space})]\n", lines.join(",\n"))
}

/// The widest list of settings on one line.
const MOST: usize = 70;

/// The name of an action in `on_delete` and `on_update`.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Restrict => "Restrict",
        Action::Cascade => "Cascade",
        Action::SetNull => "SetNull",
        Action::SetDefault => "SetDefault",
    }
}
