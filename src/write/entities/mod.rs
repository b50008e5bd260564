//! Entities of SeaORM for the tables of a database, in the formats of `sea-orm-cli generate entity`.
//!
//! A field says by its attributes all that SeaORM has attributes for: whatever is written here is normalised first, and only what
//! leads to the column of the database is said. Must not know files, or what other code stands in them.

mod compact;
mod dense;
mod enums;
mod expanded;
mod fields;
mod insert;
mod model;
mod names;
mod relations;

use std::collections::BTreeMap;

use crate::schema::{Name, ObjectName, Product, Schema, Table};

use enums::Enums;
use model::{Entity, Written};

pub use enums::{EnumText, comment_on_enum};
pub use insert::{FoundFormat, format_of, with_fields, with_lines};

/// The module of the active enums.
pub const ENUMS_MODULE: &str = "sea_orm_active_enums";

/// How entities are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntityStyle {
    /// The format.
    pub format: EntityFormat,
    /// What they derive of serde.
    pub serde: Serde,
    /// The crate of dates and times.
    pub date_time: DateTimeCrate,
}

/// The format of an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntityFormat {
    /// `#[sea_orm::model]`: relations are fields.
    #[default]
    Dense,
    /// `DeriveEntityModel` and an enum of relations.
    Compact,
    /// Every type and trait written out.
    Expanded,
}

/// What models and active enums derive of serde.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serde {
    /// Nothing.
    #[default]
    None,
    /// `Serialize`.
    Serialize,
    /// `Deserialize`.
    Deserialize,
    /// Both.
    Both,
}

impl Serde {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Serialize => &["Serialize"],
            Self::Deserialize => &["Deserialize"],
            Self::Both => &["Deserialize", "Serialize"],
        }
    }

    /// The line that imports the derives.
    fn import(self) -> String {
        match self.names() {
            [] => String::new(),
            [one] => format!("use serde::{one};\n"),
            several => format!("use serde::{{{}}};\n", several.join(", ")),
        }
    }

    /// The derives, behind others.
    fn derives(self) -> String {
        self.names().iter().map(|name| format!(", {name}")).collect()
    }
}

/// The crate of dates and times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateTimeCrate {
    /// `chrono`.
    #[default]
    Chrono,
    /// `time`.
    Time,
}

/// The entities of a schema.
#[derive(Clone, Debug, Default)]
pub struct EntityModules {
    /// One for each table with a primary key, in the order of their modules.
    pub entities: Vec<EntityModule>,
    /// The active enums.
    pub enums: Vec<EnumText>,
    /// Tables without a primary key, of which SeaORM has no entity.
    pub without_key: Vec<ObjectName>,
    /// How they are written.
    pub style: EntityStyle,
}

/// One entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityModule {
    /// The name of its module, as it is written: `user`, `r#type`.
    pub module: String,
    /// The name that the prelude gives it.
    pub name: String,
    /// The table.
    pub table: ObjectName,
    /// The text of its file.
    pub text: String,
    /// The fields of its model by their columns, each with its attributes and a comma at the end.
    pub fields: BTreeMap<Name, String>,
}

impl EntityModule {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.rs", self.module.trim_start_matches("r#"))
    }

    /// The line that declares its module.
    pub fn declaration(&self) -> String {
        format!("pub mod {};", self.module)
    }

    /// The line of the prelude.
    pub fn prelude(&self) -> String {
        format!("pub use super::{}::Entity as {};", self.module, self.name)
    }
}

impl EntityModules {
    /// Whether an active enum was written for an enum type.
    pub fn uses_enum(&self, name: &ObjectName) -> bool {
        self.enums.iter().any(|item| item.of.as_ref() == Some(name))
    }

    /// The text of a new file of active enums.
    pub fn enums_text(&self) -> String {
        let import = self.style.serde.import();
        let items: Vec<&str> = self.enums.iter().map(|item| item.text.as_str()).collect();
        format!("//! The enums of the columns.\n\nuse sea_orm::entity::prelude::*;\n{import}\n{}", items.join("\n"))
    }
}

/// The entities for the tables of a schema that was read from a database.
pub fn entities(product: Product, schema: &Schema, style: EntityStyle) -> EntityModules {
    let (keyed, open): (Vec<&Table>, Vec<&Table>) =
        schema.tables.values().partition(|table| table.primary_key.is_some());
    let enums = Enums::of(product, schema, keyed.iter().copied());
    let modules = names::modules(&keyed);
    let mut written: Vec<Entity<'_>> = keyed
        .iter()
        .zip(modules)
        .map(|(table, (module, name))| Entity {
            fields: fields::of(product, schema, table, &enums, style),
            relations: Vec::new(),
            table,
            module,
            name,
        })
        .collect();
    relations::connect(&mut written);
    let write = match style.format {
        EntityFormat::Dense => dense::text,
        EntityFormat::Compact => compact::text,
        EntityFormat::Expanded => expanded::text,
    };
    let texts: Vec<String> = written.iter().map(|entity| write(&Written { entity, all: &written, style })).collect();
    let mut entities: Vec<EntityModule> = written
        .into_iter()
        .zip(texts)
        .map(|(entity, text)| EntityModule {
            fields: entity.fields.iter().map(|field| (field.column.clone(), field.text(true))).collect(),
            table: entity.table.name.clone(),
            module: entity.module,
            name: entity.name,
            text,
        })
        .collect();
    entities.sort_by(|a, b| a.module.cmp(&b.module));
    EntityModules {
        entities,
        enums: enums.texts(style),
        without_key: open.into_iter().map(|table| table.name.clone()).collect(),
        style,
    }
}
