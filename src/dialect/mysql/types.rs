//! Column types: from SeaORM's types to the catalog's spelling.
//!
//! The first step gives exactly the text of sea-query; the second gives what the server stores. Must not know tables.

use std::collections::BTreeMap;

use sea_gen_runner::sql::{Token, TokenKind};

use crate::schema::{EnumType, ObjectName, Type};

use super::words::{string, words};
use super::{Flavor, quote};

/// A type as the catalog spells it, and the collation that was written with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) collation: Option<String>,
}

/// Why a type is unsupported, and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoType {
    pub(super) reason: String,
    pub(super) hint: String,
}

impl NoType {
    fn new(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: hint.into() }
    }
}

/// The catalog's spelling of a type.
pub(super) fn native(
    flavor: Flavor,
    data_type: &Type,
    enums: &BTreeMap<ObjectName, EnumType>,
) -> Result<Spelled, NoType> {
    Ok(spell(flavor, &written(data_type, enums)?))
}

/// The type in `CREATE TABLE`: the text of sea-query, except that enum labels are escaped.
fn written(data_type: &Type, enums: &BTreeMap<ObjectName, EnumType>) -> Result<String, NoType> {
    let sized = |name: &str, length: &Option<u32>| match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    };
    let lacking = |what: &str, instead: &str| {
        Err(NoType::new(format!("there is no type for {what}"), format!("declare another type, such as `{instead}`")))
    };
    Ok(match data_type {
        Type::Char(length) => sized("char", length),
        Type::String(length) => format!("varchar({})", length.unwrap_or(255)),
        Type::StringMax => {
            return Err(NoType::new(
                "varchar(65535) is longer than a row of utf8mb4 may be",
                "declare `column_type = \"Text\"` or a shorter string",
            ));
        }
        Type::Text => "text".to_owned(),
        Type::Blob => "blob".to_owned(),
        Type::Binary(length) => format!("binary({length})"),
        Type::VarBinary(length) => format!("varbinary({})", length.unwrap_or(255)),
        Type::Bit(length) => sized("bit", length),
        Type::VarBit(length) => format!("bit({length})"),
        Type::TinyInteger => "tinyint".to_owned(),
        Type::SmallInteger => "smallint".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::BigInteger => "bigint".to_owned(),
        Type::TinyUnsigned => "tinyint unsigned".to_owned(),
        Type::SmallUnsigned => "smallint unsigned".to_owned(),
        Type::Unsigned => "int unsigned".to_owned(),
        Type::BigUnsigned => "bigint unsigned".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Double => "double".to_owned(),
        Type::Decimal(size) | Type::Money(size) => match size {
            Some((precision, scale)) => format!("decimal({precision}, {scale})"),
            None => "decimal".to_owned(),
        },
        Type::Boolean => "bool".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Timestamp | Type::TimestampWithTimeZone => "timestamp".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Year => "year".to_owned(),
        Type::Json | Type::JsonBinary => "json".to_owned(),
        Type::Uuid => "binary(16)".to_owned(),
        Type::Custom(name) | Type::Native(name) => name.clone(),
        Type::Enum(name) => match enums.get(name) {
            Some(enum_type) => enum_of(&enum_type.values),
            None => {
                return Err(NoType::new(
                    format!("the enum `{name}` is not declared"),
                    format!("declare the enum `{name}`, or give the column the type `enum('…')` itself"),
                ));
            }
        },
        Type::Interval(..) => return lacking("intervals", "big_integer"),
        Type::Cidr => return lacking("networks", "string(43)"),
        Type::Inet => return lacking("network addresses", "string(39)"),
        Type::MacAddr => return lacking("hardware addresses", "string(17)"),
        Type::LTree => return lacking("label trees", "string"),
        Type::Vector(_) => return lacking("vectors", "json"),
        Type::Array(_) => return lacking("arrays", "json"),
    })
}

fn enum_of(values: &[String]) -> String {
    let labels: Vec<String> = values.iter().map(|value| quote::text_literal(value)).collect();
    format!("enum({})", labels.join(","))
}

/// A parsed type.
#[derive(Debug, Default)]
struct Parts {
    name: String,
    arguments: Vec<String>,
    unsigned: bool,
    zerofill: bool,
    charset: Option<String>,
    collation: Option<String>,
    rest: Vec<String>,
}

fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    let found = words(text);
    let mut words = found.iter().peekable();
    while let Some(token) = words.next() {
        let word = token.text.to_lowercase();
        let value = |token: Option<&Token<'_>>| {
            token.map(|token| string(token.text).unwrap_or_else(|| token.text.to_owned()).to_lowercase())
        };
        match word.as_str() {
            "(" => {
                let mut argument = String::new();
                for inner in words.by_ref().take_while(|token| token.text != ")") {
                    if inner.text == "," {
                        parts.arguments.push(std::mem::take(&mut argument));
                    } else {
                        argument.push_str(inner.text);
                    }
                }
                parts.arguments.push(argument);
            }
            "unsigned" => parts.unsigned = true,
            "signed" => {}
            "zerofill" => {
                parts.zerofill = true;
                parts.unsigned = true;
            }
            "charset" => parts.charset = value(words.next()),
            "character" if words.next_if(|next| next.text.eq_ignore_ascii_case("set")).is_some() => {
                parts.charset = value(words.next());
            }
            "collate" => parts.collation = value(words.next()),
            // Attributes may follow a type in an executable comment (`COMPRESSED`).
            _ if token.kind == TokenKind::Hint => {}
            "precision" if parts.name == "double" => {}
            "varying" if parts.name == "character" || parts.name == "char" => parts.name = "varchar".to_owned(),
            _ if parts.name.is_empty() => parts.name = word,
            _ => parts.rest.push(word),
        }
    }
    parts
}

/// Converts any spelling of a type to the one of this server's catalog.
pub(super) fn spell(flavor: Flavor, text: &str) -> Spelled {
    let mut parts = parts(text);
    let name = match parts.name.as_str() {
        "bool" | "boolean" => {
            parts.arguments = vec!["1".to_owned()];
            "tinyint"
        }
        "int1" => "tinyint",
        "int2" => "smallint",
        "int3" | "middleint" => "mediumint",
        "integer" | "int4" => "int",
        "int8" => "bigint",
        "dec" | "numeric" | "fixed" => "decimal",
        "real" | "float8" => "double",
        "float4" => "float",
        "character" | "nchar" => "char",
        "nvarchar" | "varcharacter" => "varchar",
        other => flavor.type_name(other),
    }
    .to_owned();
    arguments(flavor, &name, &mut parts);
    let collation =
        parts.collation.or_else(|| parts.charset.and_then(|it| flavor.collation_of(&it).map(str::to_owned)));
    let mut spelled = match name.as_str() {
        "float" => approximate(&mut parts.arguments).to_owned(),
        _ => name,
    };
    if !parts.arguments.is_empty() {
        spelled = format!("{spelled}({})", parts.arguments.join(","));
    }
    if parts.unsigned {
        spelled.push_str(" unsigned");
    }
    if parts.zerofill {
        spelled.push_str(" zerofill");
    }
    for word in parts.rest {
        spelled = format!("{spelled} {word}");
    }
    Spelled { text: spelled, collation }
}

/// `float(24)` is `float`, `float(25)` is `double`; `float(10,2)` keeps its digits.
fn approximate(arguments: &mut Vec<String>) -> &'static str {
    let Some(precision) = arguments.first().filter(|_| arguments.len() == 1).and_then(|it| it.parse::<u32>().ok())
    else {
        return "float";
    };
    arguments.clear();
    if precision > 24 { "double" } else { "float" }
}

/// Adds default arguments of a type, and removes those that the catalog does not print.
fn arguments(flavor: Flavor, name: &str, parts: &mut Parts) {
    if let Some((signed, unsigned)) = display_width(name) {
        let width = if parts.unsigned { unsigned } else { signed }.to_string();
        let is_truth = name == "tinyint" && !parts.unsigned && parts.arguments.first().is_some_and(|it| it == "1");
        if flavor.prints_display_widths() || parts.zerofill {
            if parts.arguments.is_empty() {
                parts.arguments = vec![width];
            }
        } else if !is_truth {
            parts.arguments.clear();
        }
        return;
    }
    match name {
        "char" | "binary" | "bit" if parts.arguments.is_empty() => parts.arguments = vec!["1".to_owned()],
        "decimal" => {
            let precision = parts.arguments.first().cloned().unwrap_or_else(|| "10".to_owned());
            let scale = parts.arguments.get(1).cloned().unwrap_or_else(|| "0".to_owned());
            parts.arguments = vec![precision, scale];
        }
        "year" if flavor.prints_display_widths() => parts.arguments = vec!["4".to_owned()],
        "year" => parts.arguments.clear(),
        "datetime" | "timestamp" | "time" if parts.arguments.first().is_some_and(|it| it == "0") => {
            parts.arguments.clear();
        }
        "enum" | "set" => {
            let respell = |label: &String| string(label).map_or_else(|| label.clone(), |it| quote::text_literal(&it));
            parts.arguments = parts.arguments.iter().map(respell).collect();
        }
        _ => {}
    }
}

/// MariaDB's default display width of an integer type: signed, unsigned.
fn display_width(name: &str) -> Option<(u32, u32)> {
    match name {
        "tinyint" => Some((4, 3)),
        "smallint" => Some((6, 5)),
        "mediumint" => Some((9, 8)),
        "int" => Some((11, 10)),
        "bigint" => Some((20, 20)),
        _ => None,
    }
}

/// The kind of values of a type, as far as defaults, collations and Rust types distinguish them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Text,
    Bytes,
    Integer,
    Decimal,
    Approximate,
    Bit,
    Moment,
    Date,
    Time,
    Year,
    Json,
    Choice,
    Other,
}

/// The family of a native type.
pub(super) fn family(native: &str) -> Family {
    match parts(native).name.as_str() {
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Family::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Family::Bytes,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Family::Integer,
        "decimal" => Family::Decimal,
        "float" | "double" => Family::Approximate,
        "bit" => Family::Bit,
        "datetime" | "timestamp" => Family::Moment,
        "date" => Family::Date,
        "time" => Family::Time,
        "year" => Family::Year,
        "json" => Family::Json,
        "enum" | "set" => Family::Choice,
        _ => Family::Other,
    }
}

/// Whether the type is too large for a plain default or a whole-column index.
pub(super) fn is_large(native: &str) -> bool {
    let name = parts(native).name;
    name.ends_with("text")
        || name.ends_with("blob")
        || matches!(family(native), Family::Json)
        || matches!(
            name.as_str(),
            "geometry"
                | "point"
                | "linestring"
                | "polygon"
                | "multipoint"
                | "multilinestring"
                | "multipolygon"
                | "geomcollection"
                | "geometrycollection"
        )
}

/// The length in parentheses, for a type that has one.
pub(super) fn length(native: &str) -> Option<u32> {
    match parts(native).arguments.as_slice() {
        [length] => length.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
