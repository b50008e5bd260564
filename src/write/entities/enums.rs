//! Active enums: the enum types of PostgreSQL, and the enums that a column of MySQL or MariaDB spells out.
//!
//! Must not know where they are written.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use sea_gen_runner::sql::{self, TokenKind};

use crate::dialect;
use crate::schema::{EnumType, Literal, ObjectName, Product, Schema, Table, Type};

use super::EntityStyle;
use super::names::{camel, unique, variant as variant_of};

/// An active enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumText {
    /// Its name in Rust.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The enum type; `None` for what a column spells out.
    pub of: Option<ObjectName>,
}

/// The enums of a schema, each by the type that columns have.
pub(super) struct Enums(BTreeMap<String, ActiveEnum>);

struct ActiveEnum {
    /// Its name in Rust.
    name: String,
    /// Its name in the database.
    enum_name: String,
    values: Vec<String>,
    of: Option<ObjectName>,
}

/// The statement that gives an enum type its comment.
pub fn comment_on_enum(product: Product, value: &EnumType) -> Option<String> {
    let dialect = dialect::of(product);
    let comment = dialect.literal(&Literal::Text(value.comment.clone()?));
    Some(format!("COMMENT ON TYPE {} IS {comment};\n", dialect.quote_object(&value.name)))
}

/// Names that mean something else in the module of an entity.
const RESERVED: [&str; 30] = [
    "Model",
    "ModelEx",
    "Entity",
    "ActiveModel",
    "ActiveModelEx",
    "Column",
    "PrimaryKey",
    "Relation",
    "RelatedEntity",
    "Date",
    "Time",
    "DateTime",
    "DateTimeUtc",
    "DateTimeWithTimeZone",
    "DateTimeLocal",
    "Decimal",
    "Uuid",
    "Json",
    "Value",
    "Expr",
    "Select",
    "Related",
    "Option",
    "String",
    "Vec",
    "ColumnType",
    "HasOne",
    "HasMany",
    "BelongsTo",
    "Iden",
];

impl Enums {
    pub(super) fn of<'t>(product: Product, schema: &Schema, tables: impl Iterator<Item = &'t Table>) -> Self {
        let mut names: BTreeSet<String> = RESERVED.map(str::to_owned).into();
        let mut found = BTreeMap::new();
        let mut add = |key: String, called: &str, values: Vec<String>, of: Option<ObjectName>| {
            if !has_variants(&values) {
                return;
            }
            let name = camel(called);
            let name = if RESERVED.contains(&name.as_str()) { format!("{name}Enum") } else { name };
            let name = unique(name, &mut names);
            found.insert(key, ActiveEnum { name, enum_name: called.to_owned(), values, of });
        };
        for value in schema.enums.values() {
            // SeaORM has no schema for an enum: its type then is a custom one.
            if value.name.schema.is_none() {
                add(key_of(&value.name), value.name.name.as_str(), value.values.clone(), Some(value.name.clone()));
            }
        }
        for table in tables {
            for column in table.columns.values() {
                let Type::Native(spelling) = &column.data_type else { continue };
                if let Some(values) = spelled_out(product, spelling) {
                    let called = format!("{}_{}", table.name.name, column.name);
                    add(format!("{}.{}", table.name, column.name), &called, values, None);
                }
            }
        }
        Self(found)
    }

    /// The Rust name of the enum of a column.
    pub(super) fn of_column(&self, table: &Table, column: &crate::schema::Column) -> Option<&str> {
        let key = match &column.data_type {
            Type::Enum(name) => key_of(name),
            Type::Array(element) => key_of(element.enum_name()?),
            Type::Native(_) => format!("{}.{}", table.name, column.name),
            _ => return None,
        };
        self.0.get(&key).map(|found| found.name.as_str())
    }

    /// The enums, in the order of their names.
    pub(super) fn texts(&self, style: EntityStyle) -> Vec<EnumText> {
        let mut texts: Vec<EnumText> = self
            .0
            .values()
            .map(|found| {
                let mut variants = BTreeSet::new();
                let lines: String = found
                    .values
                    .iter()
                    .map(|value| {
                        let variant = unique(variant_of(if value.is_empty() { "empty" } else { value }), &mut variants);
                        format!("    #[sea_orm(string_value = {value:?})]\n    {variant},\n")
                    })
                    .collect();
                let text = format!(
                    "#[derive(Debug, Clone, PartialEq, Eq, EnumIter, DeriveActiveEnum{})]\n\
                     #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = {:?})]\n\
                     pub enum {} {{\n{lines}}}\n",
                    style.serde.derives(),
                    found.enum_name,
                    found.name,
                );
                EnumText { name: found.name.clone(), text, of: found.of.clone() }
            })
            .collect();
        texts.sort_by(|a, b| a.name.cmp(&b.name));
        texts
    }
}

/// Whether `DeriveActiveEnum` can name a variant after each value: it makes an enum of its own of them, where `a` and `A` are one, and
/// `Self` is no name.
fn has_variants(values: &[String]) -> bool {
    let mut names = BTreeSet::new();
    values.iter().all(|value| {
        let name = derived_variant(value);
        name != "Self" && names.insert(name)
    })
}

/// The variant that `DeriveActiveEnum` makes of a value (`camel_case_with_escaped_non_uax31` of sea-orm-macros 2.0).
fn derived_variant(value: &str) -> String {
    let plain = |(at, letter): (usize, char)| {
        let is_kept = match at {
            0 => letter.is_alphabetic(),
            _ => letter.is_alphanumeric(),
        };
        if is_kept { letter.to_string() } else { format!("{:#X}", u32::from(letter)) }
    };
    value.chars().enumerate().map(plain).collect::<String>().to_upper_camel_case()
}

fn key_of(name: &ObjectName) -> String {
    name.to_string()
}

/// The values of a type that is an enum by itself.
fn spelled_out(product: Product, spelling: &str) -> Option<Vec<String>> {
    if !matches!(product, Product::MySql | Product::MariaDb) || !spelling.starts_with("enum(") {
        return None;
    }
    let tokens = sql::words(product, spelling);
    let strings = tokens.iter().filter(|token| token.kind == TokenKind::String);
    strings.map(|token| token.value(product.into())).collect()
}
