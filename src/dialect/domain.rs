//! Domains: the values that a column's native type accepts.
//!
//! Must not know the use of the values.

use std::collections::BTreeMap;

use sea_gen_runner::sql;

use crate::schema::{Column, ObjectName, Product, Schema, Type};

/// The values that a type accepts.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Integers.
    Integer {
        /// The smallest.
        min: i128,
        /// The greatest.
        max: i128,
    },
    /// Decimals: precision and scale.
    Decimal(u32, u32),
    /// Floating point of 32 or 64 bits.
    Float(u32),
    /// Booleans.
    Boolean,
    /// Texts with a maximum number of characters.
    Text(Option<u32>),
    /// Bytes: the maximum length, and whether it is fixed.
    Bytes(Option<u32>, bool),
    /// Bits: the maximum length, and whether it is fixed.
    Bits(u32, bool),
    /// Dates.
    Date,
    /// Times of day.
    Time,
    /// Date and time: whether with a time zone, and the first and last year.
    DateTime(bool, i128, i128),
    /// MySQL's years.
    Year,
    /// JSON.
    Json,
    /// UUIDs.
    Uuid,
    /// IPv4 addresses, as networks or not.
    Address(bool),
    /// IPv6 addresses.
    Address6,
    /// MAC addresses of this many bytes.
    Mac(u32),
    /// One of the values of an enum type.
    Choice(Vec<String>),
    /// Some of the values of MySQL's SET.
    Some(Vec<String>),
    /// Arrays.
    Array(Box<Domain>),
    /// Vectors of this dimension: as text, or by this function.
    Vector(u32, Option<&'static str>),
    /// Types with a few sample literals.
    Samples(&'static [&'static str]),
    /// Types with a few sample expressions.
    Expressions(&'static [&'static str]),
    /// Unknown types.
    Unknown,
}

/// Integers of this many bits.
const fn signed(bits: u32) -> Domain {
    Domain::Integer { min: -(1 << (bits - 1)), max: (1 << (bits - 1)) - 1 }
}

const fn unsigned(bits: u32) -> Domain {
    Domain::Integer { min: 0, max: (1 << bits) - 1 }
}

/// The domain of a column.
pub fn domain(product: Product, schema: &Schema, column: &Column) -> Domain {
    of_type(product, schema, &column.data_type)
}

fn of_type(product: Product, schema: &Schema, data_type: &Type) -> Domain {
    match data_type {
        Type::Native(spelling) => of_spelling(product, spelling),
        Type::Enum(name) => {
            schema.enums.get(name).map_or(Domain::Unknown, |found| Domain::Choice(found.values.clone()))
        }
        Type::Array(inner) => Domain::Array(Box::new(of_type(product, schema, inner))),
        // Declared types are normalised before rows are generated.
        _ => Domain::Unknown,
    }
}

/// The domain of a type by its spelling.
pub(super) fn of_spelling(product: Product, spelling: &str) -> Domain {
    match product {
        Product::Postgres => postgres(spelling),
        Product::MySql | Product::MariaDb => mysql(product, spelling),
        Product::Sqlite => sqlite(spelling),
    }
}

/// Splits a spelling into its words, in lower case, and the numbers in its parentheses.
pub(super) fn cut(spelling: &str) -> (String, Vec<u32>) {
    let lower = spelling.trim().to_ascii_lowercase();
    let Some((head, rest)) = lower.split_once('(') else { return (lower, Vec::new()) };
    let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{}{}", head.trim_end(), tail.trim_end()), numbers)
}

fn decimal(numbers: &[u32]) -> Domain {
    match numbers {
        [precision, scale, ..] => Domain::Decimal(*precision, *scale),
        [precision] => Domain::Decimal(*precision, 0),
        [] => Domain::Decimal(12, 4),
    }
}

fn postgres(spelling: &str) -> Domain {
    if let Some(inner) = spelling.strip_suffix("[]") {
        return Domain::Array(Box::new(postgres(inner)));
    }
    let (name, numbers) = cut(spelling);
    let first = numbers.first().copied();
    match name.as_str() {
        "smallint" => signed(16),
        "integer" => signed(32),
        "bigint" => signed(64),
        "oid" => unsigned(32),
        "numeric" => decimal(&numbers),
        "money" => Domain::Decimal(12, 2),
        "real" => Domain::Float(32),
        "double precision" => Domain::Float(64),
        "boolean" => Domain::Boolean,
        "text" | "citext" => Domain::Text(None),
        "character varying" => Domain::Text(first),
        "character" | "bpchar" => Domain::Text(Some(first.unwrap_or(1))),
        "name" => Domain::Text(Some(63)),
        "\"char\"" => Domain::Text(Some(1)),
        "bytea" => Domain::Bytes(None, false),
        "bit" => Domain::Bits(first.unwrap_or(1), true),
        "bit varying" => Domain::Bits(first.unwrap_or(32), false),
        "date" => Domain::Date,
        "time without time zone" => Domain::Time,
        "time with time zone" => Domain::Samples(&["00:00:00+00", "09:30:00+00", "12:15:30+02", "23:59:59+00"]),
        "timestamp without time zone" => Domain::DateTime(false, 1, 9999),
        "timestamp with time zone" => Domain::DateTime(true, 1, 9999),
        "json" | "jsonb" => Domain::Json,
        "uuid" => Domain::Uuid,
        "inet" => Domain::Address(false),
        "cidr" => Domain::Address(true),
        "macaddr" => Domain::Mac(6),
        "macaddr8" => Domain::Mac(8),
        "vector" | "halfvec" => first.map_or(Domain::Unknown, |length| Domain::Vector(length, None)),
        other => postgres_samples(other),
    }
}

/// Types with sample values.
fn postgres_samples(name: &str) -> Domain {
    Domain::Samples(match name {
        "interval day to second" => &["0 seconds", "1 day 02:03:04", "-3 days"],
        "interval year" => &["0 years", "2 years"],
        "interval month" => &["0 months", "5 months"],
        "interval day" => &["0 days", "5 days"],
        name if name.starts_with("interval") => &["00:00:00", "1 year 2 mons", "3 days 04:05:06", "-1 days"],
        "xml" => &["<a/>", "<note lang=\"en\">text</note>"],
        "point" => &["(0,0)", "(13.4,52.5)", "(-0.5,51.25)"],
        "line" => &["{1,-1,0}", "{2,3,4}"],
        "lseg" => &["[(0,0),(1,1)]", "[(-1,2),(3,4)]"],
        "box" => &["(1,1),(0,0)", "(4,5),(2,3)"],
        "path" => &["((0,0),(1,1),(2,0))", "[(0,0),(3,4)]"],
        "polygon" => &["((0,0),(1,1),(2,0))", "((0,0),(0,4),(4,4),(4,0))"],
        "circle" => &["<(0,0),1>", "<(2,3),4>"],
        "tsvector" => &["'book' 'old'", "'cat':3 'fat':2"],
        "tsquery" => &["'book' & 'old'", "'cat'"],
        "int4range" | "int8range" | "numrange" => &["empty", "[1,5)", "[10,20)", "[,3)"],
        "int4multirange" | "int8multirange" | "nummultirange" => &["{}", "{[1,5)}", "{[1,3),[5,9)}"],
        "daterange" => &["empty", "[2020-01-01,2020-02-01)", "[2024-01-01,)"],
        "datemultirange" => &["{}", "{[2020-01-01,2020-02-01)}"],
        "tsrange" => &["empty", "[\"2020-01-01 00:00:00\",\"2020-01-01 12:00:00\")"],
        "tstzrange" => &["empty", "[\"2020-01-01 00:00:00+00\",\"2020-01-01 12:00:00+00\")"],
        "ltree" => &["top", "top.science", "top.science.astronomy"],
        "hstore" => &["", "a=>1", "a=>1, b=>NULL"],
        "pg_lsn" => &["0/0", "16/B374D848"],
        "jsonpath" => &["$", "$.\"a\""],
        "geometry" | "geography" => &["POINT(0 0)", "POINT(13.4 52.5)"],
        _ => return Domain::Unknown,
    })
}

fn mysql(product: Product, spelling: &str) -> Domain {
    let lower = spelling.trim_start().to_ascii_lowercase();
    if lower.starts_with("enum(") {
        return Domain::Choice(quoted(spelling));
    }
    if lower.starts_with("set(") {
        return Domain::Some(quoted(spelling));
    }
    let (name, numbers) = cut(spelling);
    let first = numbers.first().copied();
    let is_unsigned = name.contains("unsigned");
    let word = name.split_whitespace().next().unwrap_or_default();
    let bits = |bits| if is_unsigned { unsigned(bits) } else { signed(bits) };
    match word {
        "tinyint" if numbers == [1] && !is_unsigned => Domain::Boolean,
        "tinyint" => bits(8),
        "smallint" => bits(16),
        "mediumint" => bits(24),
        "int" | "integer" => bits(32),
        "bigint" => bits(64),
        "decimal" | "numeric" => match numbers.is_empty() {
            true => Domain::Decimal(10, 0),
            false => decimal(&numbers),
        },
        "float" => Domain::Float(32),
        "double" | "real" => Domain::Float(64),
        "bit" => Domain::Bits(first.unwrap_or(1), true),
        "char" => Domain::Text(Some(first.unwrap_or(1))),
        "varchar" => Domain::Text(first),
        "tinytext" => Domain::Text(Some(60)),
        "text" | "mediumtext" | "longtext" => Domain::Text(None),
        "binary" => Domain::Bytes(Some(first.unwrap_or(1)), true),
        "varbinary" => Domain::Bytes(first, false),
        "tinyblob" => Domain::Bytes(Some(60), false),
        "blob" | "mediumblob" | "longblob" => Domain::Bytes(None, false),
        "date" => Domain::Date,
        "time" => Domain::Time,
        "datetime" => Domain::DateTime(false, 1000, 9999),
        "timestamp" => Domain::DateTime(false, 1971, 2037),
        "year" => Domain::Year,
        "json" => Domain::Json,
        "uuid" => Domain::Uuid,
        "inet4" => Domain::Address(false),
        "inet6" => Domain::Address6,
        "vector" => {
            let function = if product == Product::MySql { "STRING_TO_VECTOR" } else { "VEC_FromText" };
            first.map_or(Domain::Unknown, |length| Domain::Vector(length, Some(function)))
        }
        "point" | "geometry" => {
            Domain::Expressions(&["ST_GeomFromText('POINT(0 0)')", "ST_GeomFromText('POINT(13.4 52.5)')"])
        }
        "linestring" => Domain::Expressions(&[
            "ST_GeomFromText('LINESTRING(0 0,1 1)')",
            "ST_GeomFromText('LINESTRING(0 0,2 3,4 5)')",
        ]),
        "polygon" => Domain::Expressions(&["ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 4,0 0))')"]),
        "multipoint" => Domain::Expressions(&["ST_GeomFromText('MULTIPOINT(0 0,1 1)')"]),
        "multilinestring" => Domain::Expressions(&["ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))')"]),
        "multipolygon" => Domain::Expressions(&["ST_GeomFromText('MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)))')"]),
        "geometrycollection" | "geomcollection" => {
            Domain::Expressions(&["ST_GeomFromText('GEOMETRYCOLLECTION(POINT(0 0))')"])
        }
        _ => Domain::Unknown,
    }
}

/// The quoted values of `enum('a','it''s')`.
fn quoted(spelling: &str) -> Vec<String> {
    sql::words(Product::MySql, spelling).iter().filter_map(|token| token.value(Product::MySql.into())).collect()
}

/// SQLite accepts any word as a type. SeaORM's types imply their values; for others the affinity decides.
fn sqlite(spelling: &str) -> Domain {
    let (name, numbers) = cut(spelling);
    let first = numbers.first().copied();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if says(&["bool"]) {
        Domain::Boolean
    } else if says(&["uuid"]) {
        Domain::Uuid
    } else if says(&["json"]) {
        Domain::Json
    } else if says(&["tinyint"]) {
        signed(8)
    } else if says(&["smallint"]) {
        signed(16)
    } else if says(&["bigint"]) || name == "integer" {
        signed(64)
    } else if says(&["interval"]) {
        Domain::Text(None)
    } else if says(&["int"]) {
        signed(32)
    } else if says(&["datetime", "timestamp"]) {
        Domain::DateTime(false, 1, 9999)
    } else if says(&["date"]) {
        Domain::Date
    } else if says(&["time"]) {
        Domain::Time
    } else if says(&["enum"]) {
        Domain::Text(Some(first.unwrap_or(20)))
    } else if says(&["char", "clob", "text"]) {
        Domain::Text(first)
    } else if says(&["blob", "binary"]) {
        Domain::Bytes(first, name == "binary")
    } else if says(&["real", "floa", "doub"]) {
        Domain::Float(64)
    } else if says(&["decimal", "numeric", "money"]) {
        match numbers.is_empty() {
            true => Domain::Decimal(10, 2),
            // Larger numbers are stored as floating point, which loses digits.
            false => match decimal(&numbers) {
                Domain::Decimal(precision, scale) => Domain::Decimal(precision.min(15), scale.min(precision.min(15))),
                other => other,
            },
        }
    } else {
        Domain::Text(first)
    }
}

impl Domain {
    /// The values of both types, as literals of the first; `None` if unknown.
    pub fn shared(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Integer { min, max }, Self::Integer { min: low, max: high }) => {
                Self::Integer { min: *min.max(low), max: *max.min(high) }
            }
            (Self::Text(one), Self::Text(two)) => Self::Text(least(*one, *two)),
            (Self::Bytes(one, fixed), Self::Bytes(two, also)) => Self::Bytes(least(*one, *two), *fixed || *also),
            (Self::Decimal(precision, scale), Self::Decimal(digits, behind)) => {
                let before = precision.saturating_sub(*scale).min(digits.saturating_sub(*behind));
                let scale = *scale.min(behind);
                Self::Decimal(before + scale, scale)
            }
            (Self::Integer { .. }, Self::Decimal(precision, scale))
            | (Self::Decimal(precision, scale), Self::Integer { .. }) => {
                let whole = Self::Integer { min: -tens(precision - scale), max: tens(precision - scale) };
                let integer = if matches!(self, Self::Integer { .. }) { self } else { other };
                return integer.shared(&whole);
            }
            (Self::Choice(one), Self::Choice(two)) => {
                Self::Choice(one.iter().filter(|value| two.contains(value)).cloned().collect())
            }
            (Self::Text(limit), Self::Choice(values)) | (Self::Choice(values), Self::Text(limit)) => {
                let fits = |value: &&String| limit.is_none_or(|limit| value.chars().count() <= limit as usize);
                Self::Choice(values.iter().filter(fits).cloned().collect())
            }
            // A value that is not text gets its text form when it is cast to text, so only such texts can be cast back.
            (Self::Text(_), other) => other.clone(),
            (one, Self::Text(None)) => one.clone(),
            (Self::Integer { min, max }, Self::Text(Some(limit))) => {
                let most = tens((*limit).saturating_sub(1).min(18));
                Self::Integer { min: (*min).max(-(most / 10)), max: (*max).min(most) }
            }
            (Self::Integer { .. } | Self::Decimal(..), Self::Boolean)
            | (Self::Boolean, Self::Integer { .. } | Self::Decimal(..)) => self.bit(),
            (Self::Integer { min, max }, Self::Float(bits)) | (Self::Float(bits), Self::Integer { min, max }) => {
                let most = if *bits == 32 { 1 << 24 } else { 1 << 53 };
                Self::Integer { min: (*min).max(-most), max: (*max).min(most) }
            }
            (Self::Float(one), Self::Float(two)) => Self::Float(*one.min(two)),
            (Self::DateTime(..), Self::Date) | (Self::Date, Self::DateTime(..)) => Self::Date,
            (Self::DateTime(zone, first, last), Self::DateTime(_, from, to)) => {
                Self::DateTime(*zone, *first.max(from), *last.min(to))
            }
            (one, two) if one == two => one.clone(),
            _ => return None,
        })
    }

    fn bit(&self) -> Self {
        match self {
            Self::Boolean => Self::Boolean,
            _ => Self::Integer { min: 0, max: 1 },
        }
    }

    /// Whether a value that two domains share is the same value in both.
    pub fn keeps(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Integer { .. }, Self::Integer { .. })
                | (Self::Text(_), Self::Text(_))
                | (Self::Bytes(_, false), Self::Bytes(_, false))
                | (Self::Choice(_), Self::Choice(_) | Self::Text(_))
                | (Self::Text(_), Self::Choice(_))
        )
    }
}

fn least(one: Option<u32>, two: Option<u32>) -> Option<u32> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}

/// The greatest integer of this many digits.
pub fn tens(digits: u32) -> i128 {
    10_i128.checked_pow(digits.min(37)).unwrap_or(i128::MAX) - 1
}

/// Further limits on a column whose type a migration changes.
pub type Narrower = BTreeMap<(ObjectName, crate::schema::Name), Domain>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_understood() {
        assert_eq!(postgres("character varying(80)"), Domain::Text(Some(80)));
        assert_eq!(postgres("timestamp(3) with time zone"), Domain::DateTime(true, 1, 9999));
        assert_eq!(postgres("numeric(10,2)[]"), Domain::Array(Box::new(Domain::Decimal(10, 2))));
        assert_eq!(mysql(Product::MySql, "tinyint(1)"), Domain::Boolean);
        assert_eq!(mysql(Product::MySql, "bigint unsigned"), unsigned(64));
        let both = vec!["a,b".to_owned(), "it's".to_owned()];
        assert_eq!(mysql(Product::MariaDb, "enum('a,b','it''s')"), Domain::Choice(both));
        assert_eq!(sqlite("varchar(12)"), Domain::Text(Some(12)));
        assert_eq!(sqlite("timestamp_with_timezone_text"), Domain::DateTime(false, 1, 9999));
    }

    #[test]
    fn what_two_types_share_fits_both() {
        assert_eq!(signed(64).shared(&unsigned(16)), Some(unsigned(16)));
        assert_eq!(Domain::Text(None).shared(&Domain::Text(Some(3))), Some(Domain::Text(Some(3))));
        assert_eq!(Domain::Decimal(10, 2).shared(&Domain::Decimal(8, 4)), Some(Domain::Decimal(6, 2)));
        assert_eq!(Domain::Date.shared(&Domain::Uuid), None);
    }
}
