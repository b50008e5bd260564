//! The fields of a model: the Rust type of each column, and what its attributes say.
//!
//! Must not know a format, or relations.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;

use crate::plan::default_text;
use crate::schema::{
    Column, DefaultValue, Expression, Index, IndexPart, IndexTarget, Literal, Name, Product, Schema, Table, Type,
};
use crate::state::field_type;

use super::super::column_type::{column_type, normal, normal_default};
use super::enums::Enums;
use super::model::Field;
use super::names::{camel, is_raw, raw, snake, unique};
use super::{DateTimeCrate, ENUMS_MODULE, EntityFormat, EntityStyle};

/// The fields of the model of a table.
pub(super) fn of(product: Product, schema: &Schema, table: &Table, enums: &Enums, style: EntityStyle) -> Vec<Field> {
    let mut keys = unique_keys(table);
    if style.format == EntityFormat::Dense {
        // `#[sea_orm::model]` makes methods that are named after the key.
        keys.retain(|_, key| syn::parse_str::<syn::Ident>(key).is_ok());
    }
    let writer = FieldWriter { product, schema, table, enums, style, keys };
    let (mut idents, mut variants) = (BTreeSet::new(), BTreeSet::new());
    let mut field = |column: &Column| {
        let plain = snake(column.name.as_str());
        // `#[sea_orm::model]` finds rows by a key, and does not find the column of a field `r#type`.
        let is_found_by = writer.is_unique(&column.name) || writer.keys.contains_key(&column.name);
        let is_hidden = style.format == EntityFormat::Dense && is_found_by && is_raw(&plain);
        let ident = unique(if is_hidden { format!("{plain}_") } else { plain }, &mut idents);
        let plain = camel(&ident);
        let variant = unique(plain.clone(), &mut variants);
        writer.field(column, ident, (variant != plain).then_some(variant))
    };
    table.columns.values().map(&mut field).collect()
}

struct FieldWriter<'a> {
    product: Product,
    schema: &'a Schema,
    table: &'a Table,
    enums: &'a Enums,
    style: EntityStyle,
    /// The unique indexes that SeaORM would name as they are, by their columns.
    keys: BTreeMap<Name, String>,
}

/// The type of a field.
struct FieldType {
    rust: String,
    import: Option<String>,
    /// What stands in `column_type`, if the Rust type does not imply it.
    said: Option<String>,
    /// The column type as an expression.
    expression: String,
    as_text: Option<String>,
}

impl FieldWriter<'_> {
    fn field(&self, column: &Column, ident: String, enum_name: Option<String>) -> Field {
        let key = self.table.primary_key.as_ref();
        let is_key = key.is_some_and(|key| key.columns.contains(&column.name));
        let is_single = key.is_some_and(|key| key.columns.len() == 1);
        let is_numbered = is_key && is_single && column.identity.is_some();
        let of = self.field_type(column);
        let mut settings = Vec::new();
        let mut definition = Vec::new();
        if ident != column.name.as_str() || column.name.as_str().to_snake_case() != ident || enum_name.is_some() {
            settings.push(format!("column_name = {:?}", column.name.as_str()));
        }
        settings.extend(enum_name.iter().map(|variant| format!("enum_name = {variant:?}")));
        if is_key {
            settings.push("primary_key".to_owned());
            let says_otherwise = !is_single && self.table.columns.values().any(|it| it.identity.is_some());
            if !is_numbered && !says_otherwise {
                settings.push("auto_increment = false".to_owned());
            }
        }
        // SQLite takes NULL in a key that is no integer; a key of SeaORM is no `Option`.
        if is_key && column.nullable {
            settings.push("nullable".to_owned());
        }
        settings.extend(of.said.iter().map(|said| format!("column_type = {said:?}")));
        if let Some(native) = &of.as_text {
            settings.push("select_as = \"text\"".to_owned());
            settings.push(format!("save_as = {native:?}"));
        }
        if column.nullable {
            definition.push(".null()".to_owned());
        }
        if self.is_unique(&column.name) {
            settings.push("unique".to_owned());
            definition.push(".unique()".to_owned());
        } else if self.is_indexed(&column.name) {
            settings.push("indexed".to_owned());
            definition.push(".indexed()".to_owned());
        }
        if let Some(key) = self.keys.get(&column.name) {
            settings.push(format!("unique_key = {key:?}"));
            definition.push(format!(".unique_key({key:?})"));
        }
        if let Some(default) = self.default(column) {
            match &default {
                Default::Constant(value) => {
                    settings.push(format!("default_value = {value}"));
                    definition.push(format!(".default({value})"));
                }
                Default::Expression(value) => {
                    settings.push(format!("default_expr = {value:?}"));
                    definition.push(format!(".default({value})"));
                }
            }
        }
        if let Some(comment) = &column.comment {
            settings.push(format!("comment = {comment:?}"));
            definition.push(format!(".comment({comment:?})"));
        }
        Field {
            variant: enum_name.clone().unwrap_or_else(|| camel(&ident)),
            column: column.name.clone(),
            ident: raw(&ident),
            rust_type: of.rust,
            import: of.import,
            nullable: column.nullable && !is_key,
            is_key,
            is_numbered,
            as_text: of.as_text,
            settings,
            column_type: of.expression,
            definition,
        }
    }

    fn field_type(&self, column: &Column) -> FieldType {
        let enum_name = self.enums.of_column(self.table, column);
        let import = enum_name.map(|name| format!("super::{ENUMS_MODULE}::{name}"));
        match (&column.data_type, enum_name) {
            (Type::Array(_), Some(name)) => FieldType {
                rust: format!("Vec<{name}>"),
                import,
                said: None,
                expression: format!("ColumnType::Array(RcOrArc::new({name}::db_type().get_column_type().to_owned()))"),
                as_text: None,
            },
            (_, Some(name)) => FieldType {
                rust: name.to_owned(),
                import,
                said: None,
                expression: format!("{name}::db_type().get_column_type().to_owned()"),
                as_text: None,
            },
            (other, None) => self.plain(other),
        }
    }

    /// The type of a field of no enum.
    fn plain(&self, of: &Type) -> FieldType {
        let spelling = crate::plan::type_name(of);
        let below = crate::dialect::postgres::type_below_domain(self.schema, of)
            .filter(|_| self.product == Product::Postgres)
            .map_or_else(|| spelling.clone(), |below| crate::plan::type_name(&below));
        let is_array = self.product == Product::Postgres && below.ends_with("[]");
        let element = below.trim_end_matches("[]");
        let rust = field_type(self.product, element).map(|name| self.dated(name));
        let Some(rust) = rust.filter(|rust| !is_array || rust != "Vec<u8>" && rust != "i8") else {
            let said = match of {
                // SeaORM has no schema for an enum.
                Type::Enum(_) => format!("custom({spelling:?})"),
                Type::Array(element) if element.enum_name().is_some() => format!("custom({spelling:?})"),
                _ => column_type(of, self.product, self.schema),
            };
            let as_text = (self.product == Product::Postgres).then(|| spelling.clone());
            return FieldType {
                rust: "String".to_owned(),
                import: None,
                expression: format!("ColumnType::{said}"),
                said: Some(said),
                as_text,
            };
        };
        let implied = implied(&rust);
        let implied = if is_array { Type::Array(Box::new(implied)) } else { implied };
        let is_implied = normal(implied, self.product).as_ref() == Some(of);
        let said = match (of, is_array) {
            (Type::Native(array), true) => {
                let element = Type::Native(array.trim_end_matches("[]").to_owned());
                let element = column_type(&element, self.product, self.schema);
                format!("Array(RcOrArc::new(ColumnType::{element}))")
            }
            _ => column_type(of, self.product, self.schema),
        };
        FieldType {
            rust: if is_array { format!("Vec<{rust}>") } else { rust },
            import: None,
            expression: format!("ColumnType::{said}"),
            said: (!is_implied).then_some(said),
            as_text: None,
        }
    }

    /// The name of a type in the crate of dates and times.
    fn dated(&self, name: &str) -> String {
        let other = match (self.style.date_time, name) {
            (DateTimeCrate::Time, "Date") => "TimeDate",
            (DateTimeCrate::Time, "Time") => "TimeTime",
            (DateTimeCrate::Time, "DateTime") => "TimeDateTime",
            (DateTimeCrate::Time, "DateTimeUtc" | "DateTimeWithTimeZone") => "TimeDateTimeWithTimeZone",
            _ => name,
        };
        other.to_owned()
    }

    /// Whether a constraint or an index on this column alone is what `unique` makes.
    fn is_unique(&self, column: &Name) -> bool {
        let only = |columns: &[Name]| columns == std::slice::from_ref(column);
        let constraint = self.table.uniques.values().any(|it| it.options.is_empty() && only(&it.columns));
        let is_mysql = matches!(self.product, Product::MySql | Product::MariaDb);
        let is_index = |index: &Index| index.unique && is_plain(index) && only(&columns(index));
        constraint || is_mysql && self.table.indexes.values().any(is_index)
    }

    /// Whether there is the index that `indexed` makes.
    fn is_indexed(&self, column: &Name) -> bool {
        let name = format!("idx-{}-{column}", self.table.name.name);
        let index = self.table.indexes.get(name.as_str());
        index.is_some_and(|it| !it.unique && is_plain(it) && columns(it) == [column.clone()])
    }

    /// The default, if an attribute leads to it.
    fn default(&self, column: &Column) -> Option<Default> {
        let found = column.default.as_ref().filter(|_| column.identity.is_none())?;
        let text = default_text(found);
        let constant = constant(&text);
        let same = |value: DefaultValue| normal_default(value, &column.data_type, self.product).as_ref() == Some(found);
        if let Some(literal) = constant
            && same(DefaultValue::Literal(literal.clone()))
        {
            return Some(Default::Constant(match literal {
                Literal::Text(text) => format!("{text:?}"),
                Literal::Number(number) => number,
                Literal::Boolean(truth) => truth.to_string(),
            }));
        }
        let moment = DefaultValue::Expression(Expression::new("CURRENT_TIMESTAMP"));
        if same(moment) {
            return Some(Default::Expression("Expr::current_timestamp()".to_owned()));
        }
        let is_said = !text.contains('\\') && same(DefaultValue::Expression(Expression::new(text.clone())));
        is_said.then(|| Default::Expression(format!("Expr::cust({text:?})")))
    }
}

/// What an attribute says of a default.
enum Default {
    Constant(String),
    Expression(String),
}

/// The constant of a default: `5`, `true`, `'draft'::text`.
fn constant(text: &str) -> Option<Literal> {
    let plain = text.split_once("::").map_or(text, |(plain, _)| plain).trim();
    if plain.parse::<i64>().is_ok() {
        return Some(Literal::Number(plain.to_owned()));
    }
    match plain.to_ascii_lowercase().as_str() {
        "true" => return Some(Literal::Boolean(true)),
        "false" => return Some(Literal::Boolean(false)),
        _ => {}
    }
    let inside = plain.strip_prefix('\'')?.strip_suffix('\'')?;
    let is_plain = !inside.contains('\\') && !inside.replace("''", "").contains('\'');
    is_plain.then(|| Literal::Text(inside.replace("''", "'")))
}

/// The column type that a Rust type implies.
fn implied(rust: &str) -> Type {
    match rust {
        "i8" => Type::TinyInteger,
        "i16" => Type::SmallInteger,
        "i32" => Type::Integer,
        "i64" => Type::BigInteger,
        "u8" => Type::TinyUnsigned,
        "u16" => Type::SmallUnsigned,
        "u32" => Type::Unsigned,
        "u64" => Type::BigUnsigned,
        "bool" => Type::Boolean,
        "f32" => Type::Float,
        "f64" => Type::Double,
        "Decimal" => Type::Decimal(None),
        "DateTime" | "TimeDateTime" => Type::DateTime,
        "DateTimeUtc" | "DateTimeWithTimeZone" | "TimeDateTimeWithTimeZone" => Type::TimestampWithTimeZone,
        "Date" | "TimeDate" => Type::Date,
        "Time" | "TimeTime" => Type::Time,
        "Json" => Type::Json,
        "Uuid" => Type::Uuid,
        "Vec<u8>" => Type::VarBinary(None),
        _ => Type::String(None),
    }
}

/// The unique indexes on several columns that `unique_key` makes: their names are SeaORM's, their columns in the table's order.
fn unique_keys(table: &Table) -> BTreeMap<Name, String> {
    let before = format!("idx-{}-", table.name.name);
    let mut found = BTreeMap::new();
    for index in table.indexes.values().filter(|index| index.unique && is_plain(index)) {
        let Some(key) = index.name.as_str().strip_prefix(&before) else { continue };
        let of = columns(index);
        let in_order: Vec<&Name> = table.columns.keys().filter(|column| of.contains(column)).collect();
        let is_free = of.iter().all(|column| !found.contains_key(column));
        if of.len() > 1 && is_free && in_order.into_iter().eq(of.iter()) {
            found.extend(of.into_iter().map(|column| (column, key.to_owned())));
        }
    }
    found
}

fn columns(index: &Index) -> Vec<Name> {
    let column = |part: &IndexPart| match &part.target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    };
    index.parts.iter().filter_map(column).collect()
}

/// Whether an index is of columns alone and says nothing else.
fn is_plain(index: &Index) -> bool {
    let is_column =
        |part: &IndexPart| matches!(part.target, IndexTarget::Column(_)) && !part.descending && part.options.is_empty();
    index.predicate.is_none()
        && index.method.is_none()
        && index.include.is_empty()
        && index.comment.is_none()
        && index.options.is_empty()
        && index.parts.iter().all(is_column)
}
