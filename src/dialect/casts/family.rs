//! Type families with limits, by which the cast tables distinguish native types.
//!
//! Must not know casts.

use crate::schema::{Product, Schema, Type};

use super::super::domain::{self, Domain};

/// A type family, with the limits of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Family {
    /// Integers.
    Integer {
        /// The smallest.
        min: i128,
        /// The greatest.
        max: i128,
    },
    /// Exact decimals: precision and scale; `None` if unlimited.
    Decimal(Option<(u32, u32)>),
    /// Floating point with 24 or 53 bits of precision.
    Float(u32),
    /// Booleans.
    Boolean,
    /// Texts.
    Text {
        /// The maximum number of characters.
        characters: Option<u32>,
        /// The maximum number of bytes.
        bytes: Option<u64>,
        /// Whether trailing spaces are ignored.
        padded: bool,
    },
    /// Bytes.
    Bytes {
        /// The maximum length.
        limit: Option<u64>,
        /// Whether values are padded with zeros.
        padded: bool,
    },
    /// Bits: the maximum length, and whether it is fixed.
    Bits(Option<u32>, bool),
    /// Dates.
    Date,
    /// Times of day, with this many fractional digits.
    Time(u32),
    /// Date and time.
    Moment {
        /// Fractional digits.
        digits: u32,
        /// Whether it has a time zone.
        zoned: bool,
        /// Whether the range is 1970 to 2037.
        short: bool,
    },
    /// MySQL's years.
    Year,
    /// JSON, as text or in binary form.
    Json(bool),
    /// UUIDs.
    Uuid,
    /// One of the values of an enum type.
    Choice(Vec<String>),
    /// Some of the values of a set.
    Set(Vec<String>),
    /// Arrays.
    Array(Box<Family>),
    /// Any other type, by its spelling.
    Other(String),
}

/// The family of a type that a dialect has normalised.
pub fn family(product: Product, schema: &Schema, data_type: &Type) -> Family {
    match data_type {
        Type::Native(spelling) => match product {
            Product::Postgres => postgres(spelling),
            Product::MySql | Product::MariaDb => mysql(product, spelling),
            Product::Sqlite => sqlite(spelling),
        },
        Type::Enum(name) => match schema.enums.get(name) {
            Some(found) => Family::Choice(found.values.clone()),
            None => Family::Other(name.to_string()),
        },
        Type::Array(element) => Family::Array(Box::new(family(product, schema, element))),
        // Declared types are normalised first.
        _ => Family::Other(format!("{data_type:?}")),
    }
}

const fn text(characters: Option<u32>) -> Family {
    Family::Text { characters, bytes: None, padded: false }
}

fn postgres(spelling: &str) -> Family {
    if let Some(element) = spelling.strip_suffix("[]") {
        return Family::Array(Box::new(postgres(element)));
    }
    let (name, numbers) = domain::cut(spelling);
    let first = numbers.first().copied();
    let moment = |zoned| Family::Moment { digits: first.unwrap_or(6), zoned, short: false };
    match name.as_str() {
        "numeric" => Family::Decimal(decimal(&numbers)),
        "real" => Family::Float(24),
        "double precision" => Family::Float(53),
        "character" => Family::Text { characters: Some(first.unwrap_or(1)), bytes: None, padded: true },
        "bpchar" => Family::Text { characters: None, bytes: None, padded: true },
        "text" | "citext" => text(None),
        "character varying" => text(first),
        "bit varying" => Family::Bits(first, false),
        "time without time zone" => Family::Time(first.unwrap_or(6)),
        "timestamp without time zone" => moment(false),
        "timestamp with time zone" => moment(true),
        "jsonb" => Family::Json(true),
        "json" => Family::Json(false),
        "money" | "name" | "\"char\"" => Family::Other(spelling.to_owned()),
        _ => of_domain(domain::of_spelling(Product::Postgres, spelling), spelling),
    }
}

fn mysql(product: Product, spelling: &str) -> Family {
    let (name, numbers) = domain::cut(spelling);
    let first = numbers.first().copied();
    let bytes = |bits: u32| Some((1 << bits) - 1);
    let blob = |bits| Family::Bytes { limit: bytes(bits), padded: false };
    let clob = |bits| Family::Text { characters: None, bytes: bytes(bits), padded: false };
    match name.split_whitespace().next().unwrap_or_default() {
        "decimal" => Family::Decimal(Some(decimal(&numbers).unwrap_or((10, 0)))),
        "float" => Family::Float(24),
        "double" => Family::Float(53),
        "char" => Family::Text { characters: Some(first.unwrap_or(1)), bytes: None, padded: true },
        "varchar" => text(first),
        "tinytext" => clob(8),
        "text" => clob(16),
        "mediumtext" => clob(24),
        "longtext" => clob(32),
        "binary" => Family::Bytes { limit: Some(u64::from(first.unwrap_or(1))), padded: true },
        "varbinary" => Family::Bytes { limit: first.map(u64::from), padded: false },
        "tinyblob" => blob(8),
        "blob" => blob(16),
        "mediumblob" => blob(24),
        "longblob" => blob(32),
        "time" => Family::Time(first.unwrap_or(0)),
        "datetime" => Family::Moment { digits: first.unwrap_or(0), zoned: false, short: false },
        "timestamp" => Family::Moment { digits: first.unwrap_or(0), zoned: false, short: true },
        "json" => Family::Json(product == Product::MySql),
        _ => of_domain(domain::of_spelling(product, spelling), spelling),
    }
}

/// SQLite has no length limits, and its numbers keep their precision.
fn sqlite(spelling: &str) -> Family {
    match domain::of_spelling(Product::Sqlite, spelling) {
        Domain::Text(_) => text(None),
        Domain::Bytes(..) => Family::Bytes { limit: None, padded: false },
        Domain::Decimal(..) => Family::Decimal(None),
        Domain::Time => Family::Time(9),
        Domain::DateTime(..) => Family::Moment { digits: 9, zoned: false, short: false },
        other => of_domain(other, spelling),
    }
}

fn of_domain(domain: Domain, spelling: &str) -> Family {
    match domain {
        Domain::Integer { min, max } => Family::Integer { min, max },
        Domain::Boolean => Family::Boolean,
        Domain::Bytes(limit, padded) => Family::Bytes { limit: limit.map(u64::from), padded },
        Domain::Bits(limit, fixed) => Family::Bits(Some(limit), fixed),
        Domain::Float(bits) => Family::Float(if bits == 32 { 24 } else { 53 }),
        Domain::Date => Family::Date,
        Domain::Year => Family::Year,
        Domain::Json => Family::Json(false),
        Domain::Uuid => Family::Uuid,
        Domain::Choice(values) => Family::Choice(values),
        Domain::Some(values) => Family::Set(values),
        Domain::Decimal(..)
        | Domain::Text(_)
        | Domain::Time
        | Domain::DateTime(..)
        | Domain::Address(_)
        | Domain::Address6
        | Domain::Mac(_)
        | Domain::Array(_)
        | Domain::Vector(..)
        | Domain::Samples(_)
        | Domain::Expressions(_)
        | Domain::Unknown => Family::Other(spelling.to_owned()),
    }
}

fn decimal(numbers: &[u32]) -> Option<(u32, u32)> {
    match numbers {
        [precision, scale, ..] => Some((*precision, *scale)),
        [precision] => Some((*precision, 0)),
        [] => None,
    }
}
