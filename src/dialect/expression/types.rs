//! The canonical spelling of each type in a cast.
//!
//! Must not know columns: each dialect normalises the types of its columns.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, TimezoneInfo};

use crate::dialect::Product;

/// Replaces a type by its canonical spelling.
pub(super) fn unify(product: Product, data_type: &mut DataType) {
    match product {
        Product::Postgres => postgres(data_type),
        Product::MySql | Product::MariaDb => mysql(data_type),
        Product::Sqlite => {}
    }
}

fn postgres(data_type: &mut DataType) {
    let unified = match data_type {
        DataType::Varchar(length) | DataType::CharVarying(length) => DataType::CharacterVarying(*length),
        DataType::Char(length) => DataType::Character(*length),
        DataType::Int(None) | DataType::Int4(None) => DataType::Integer(None),
        DataType::Int8(None) => DataType::BigInt(None),
        DataType::Int2(None) => DataType::SmallInt(None),
        DataType::Bool => DataType::Boolean,
        DataType::Decimal(info) | DataType::Dec(info) => DataType::Numeric(scale(info)),
        DataType::Numeric(info) => DataType::Numeric(scale(info)),
        DataType::Float8 | DataType::Float64 | DataType::Float(ExactNumberInfo::None) => DataType::DoublePrecision,
        DataType::Float4 | DataType::Float32 => DataType::Real,
        DataType::Timestamp(precision, zone) => DataType::Timestamp(*precision, with_zone(zone)),
        DataType::Time(precision, zone) => DataType::Time(*precision, with_zone(zone)),
        DataType::VarBit(length) => DataType::BitVarying(*length),
        DataType::Array(ArrayElemTypeDef::SquareBracket(element, _) | ArrayElemTypeDef::Qualified(element, _)) => {
            postgres(element);
            DataType::Array(ArrayElemTypeDef::SquareBracket(element.clone(), None))
        }
        _ => return,
    };
    *data_type = unified;
}

/// `numeric(10)` is `numeric(10,0)`.
fn scale(info: &ExactNumberInfo) -> ExactNumberInfo {
    match info {
        ExactNumberInfo::Precision(precision) => ExactNumberInfo::PrecisionAndScale(*precision, 0),
        other => *other,
    }
}

fn with_zone(zone: &TimezoneInfo) -> TimezoneInfo {
    match zone {
        TimezoneInfo::Tz | TimezoneInfo::WithTimeZone => TimezoneInfo::WithTimeZone,
        TimezoneInfo::None | TimezoneInfo::WithoutTimeZone => TimezoneInfo::None,
    }
}

fn mysql(data_type: &mut DataType) {
    let unified = match data_type {
        DataType::SignedInteger => DataType::Signed,
        DataType::UnsignedInteger => DataType::Unsigned,
        DataType::Character(length) => DataType::Char(*length),
        DataType::Decimal(ExactNumberInfo::None) | DataType::Dec(ExactNumberInfo::None) => {
            DataType::Decimal(ExactNumberInfo::PrecisionAndScale(10, 0))
        }
        DataType::Decimal(info) | DataType::Dec(info) => DataType::Decimal(scale(info)),
        _ => return,
    };
    *data_type = unified;
}

/// Text of any length: what PostgreSQL casts to when it compares strings.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Text | DataType::CharacterVarying(None) => true,
        DataType::Custom(name, arguments) => arguments.is_empty() && name.to_string() == "bpchar",
        _ => false,
    }
}

/// A numeric type without a precision to round to.
pub(super) fn is_number(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Integer(None)
            | DataType::BigInt(None)
            | DataType::SmallInt(None)
            | DataType::Numeric(ExactNumberInfo::None)
            | DataType::DoublePrecision
            | DataType::Real
    )
}

/// Whether a numeric literal has this type without a cast.
pub(super) fn is_of_number(written: &str, data_type: &DataType) -> bool {
    let digits: String = written.chars().filter(|character| !character.is_whitespace()).collect();
    match data_type {
        DataType::Integer(None) => digits.parse::<i32>().is_ok(),
        DataType::BigInt(None) => digits.parse::<i64>().is_ok() && digits.parse::<i32>().is_err(),
        DataType::Numeric(ExactNumberInfo::None) => digits.parse::<i64>().is_err(),
        _ => false,
    }
}

/// A type to which a literal of that type can be cast without effect: no length, no precision.
pub(super) fn is_open(data_type: &DataType) -> bool {
    match data_type {
        DataType::CharacterVarying(length) => length.is_none(),
        DataType::Character(_) | DataType::Bit(_) => false,
        DataType::BitVarying(length) => length.is_none(),
        DataType::Numeric(info) => *info == ExactNumberInfo::None,
        DataType::Timestamp(precision, _) | DataType::Time(precision, _) => precision.is_none(),
        DataType::Interval { fields, precision } => fields.is_none() && precision.is_none(),
        DataType::Array(ArrayElemTypeDef::SquareBracket(element, _)) => is_open(element),
        DataType::Custom(_, arguments) => arguments.is_empty(),
        _ => true,
    }
}
