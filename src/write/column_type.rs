//! SeaORM's spelling of a column type of a catalog: what stands in `column_type = "…"`.
//!
//! A spelling is right if it is normalised to the type it was made for. Must not know fields or files.

use crate::dialect;
use crate::schema::{Column, DefaultValue, ObjectName, Product, Schema, Table, Type};

/// The expression for `column_type` that leads to a type of the catalog.
pub fn column_type(of: &Type, product: Product, live: &Schema) -> String {
    match of {
        Type::Array(element) => format!("Array(RcOrArc::new({}))", column_type(element, product, live)),
        Type::Enum(name) => {
            let values = live.enums.get(name).map(|found| found.values.clone()).unwrap_or_default();
            let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            format!("Enum {{ name: {:?}, variants: [{}] }}", name.name.as_str(), values.join(", "))
        }
        Type::Native(native) => {
            let leads_there = |(_, candidate): &(String, Type)| normal(candidate.clone(), product).as_ref() == Some(of);
            let found = candidates(native).into_iter().find(leads_there);
            found.map_or_else(|| format!("custom({native:?})"), |(spelled, _)| spelled)
        }
        other => {
            let known = candidates("").into_iter().find(|(_, candidate)| candidate == other);
            known.map_or_else(|| format!("custom({:?})", crate::plan::type_name(other)), |(spelled, _)| spelled)
        }
    }
}

/// A type as a database would report it.
pub(super) fn normal(of: Type, product: Product) -> Option<Type> {
    Some(normal_column(Column::new("c", of), product)?.data_type)
}

/// A default as a database would report it for a column of a native type.
pub(super) fn normal_default(of: DefaultValue, data_type: &Type, product: Product) -> Option<DefaultValue> {
    normal_column(Column { default: Some(of), ..Column::new("c", data_type.clone()) }, product)?.default
}

fn normal_column(column: Column, product: Product) -> Option<Column> {
    let mut schema = Schema::default();
    let (table, name) = (ObjectName::local("t"), column.name.clone());
    let mut one = Table::new(table.clone());
    one.columns.insert(column);
    schema.tables.insert(table.clone(), one);
    let normal = dialect::of(product).normalize(schema).ok()?;
    normal.schema().tables.get(&table)?.columns.get(&name).cloned()
}

/// Expressions that may lead to a type, the plainest first, with the numbers in its spelling.
fn candidates(native: &str) -> Vec<(String, Type)> {
    let numbers: Vec<u32> =
        native.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    let mut found = Vec::new();
    for plain in [
        Type::Integer,
        Type::BigInteger,
        Type::SmallInteger,
        Type::TinyInteger,
        Type::Boolean,
        Type::Unsigned,
        Type::BigUnsigned,
        Type::SmallUnsigned,
        Type::TinyUnsigned,
        Type::Text,
        Type::Double,
        Type::Float,
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Timestamp,
        Type::TimestampWithTimeZone,
        Type::Year,
        Type::Uuid,
        Type::Json,
        Type::JsonBinary,
        Type::Blob,
        Type::Cidr,
        Type::Inet,
        Type::MacAddr,
        Type::LTree,
    ] {
        found.push((format!("{plain:?}"), plain));
    }
    found.push(("String(StringLen::None)".to_owned(), Type::String(None)));
    found.push(("Char(None)".to_owned(), Type::Char(None)));
    found.push(("Decimal(None)".to_owned(), Type::Decimal(None)));
    found.push(("VarBinary(StringLen::None)".to_owned(), Type::VarBinary(None)));
    found.push(("String(StringLen::Max)".to_owned(), Type::StringMax));
    match numbers.as_slice() {
        [length] => {
            found.push((format!("String(StringLen::N({length}))"), Type::String(Some(*length))));
            found.push((format!("Char(Some({length}))"), Type::Char(Some(*length))));
            found.push((format!("VarBinary(StringLen::N({length}))"), Type::VarBinary(Some(*length))));
            found.push((format!("Binary({length})"), Type::Binary(*length)));
            found.push((format!("Bit(Some({length}))"), Type::Bit(Some(*length))));
            found.push((format!("VarBit({length})"), Type::VarBit(*length)));
            found.push((format!("Vector(Some({length}))"), Type::Vector(Some(*length))));
            found.push((format!("Decimal(Some(({length}, 0)))"), Type::Decimal(Some((*length, 0)))));
        }
        [precision, scale] => {
            let size = (*precision, *scale);
            found.push((format!("Decimal(Some(({precision}, {scale})))"), Type::Decimal(Some(size))));
            found.push((format!("Money(Some(({precision}, {scale})))"), Type::Money(Some(size))));
        }
        _ => {}
    }
    found
}
