//! Column types that the entities do not tell, taken over from a database.
//!
//! Must not know how the entities are read, or where the types are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{self, Product};
use crate::schema::{Column, Name, ObjectName, Part, Place, Schema, Table, Type};

/// Column types by Rust type or by `table.column`, as in `types` of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The entries.
    pub types: BTreeMap<String, String>,
    /// The columns of each entry.
    pub columns: BTreeMap<String, Vec<String>>,
}

impl Taken {
    /// The types that a database has for columns whose Rust type tells none.
    pub(super) fn of(untyped: &BTreeMap<Place, Option<String>>, product: Product, live: &Schema) -> Self {
        let mut by_type: BTreeMap<&str, Vec<&Type>> = BTreeMap::new();
        for (place, rust_type) in untyped {
            if let (Some(rust_type), Some(of)) = (rust_type, column_type(live, place)) {
                by_type.entry(rust_type).or_default().push(of);
            }
        }
        let mut taken = Self::default();
        for (place, rust_type) in untyped {
            let Some(of) = column_type(live, place) else { continue };
            let is_one = |name: &&String| {
                by_type.get(name.as_str()).is_some_and(|types| types.iter().all(|it| types.first() == Some(it)))
            };
            let key = rust_type.as_ref().filter(is_one).cloned().unwrap_or_else(|| column(place));
            taken.insert(key, place, of, product, live);
        }
        taken
    }

    /// Gives each column an entry of its own where the one of its Rust type does not lead to the database's type. Returns
    /// whether there are such columns.
    pub(super) fn split(
        &mut self,
        untyped: &BTreeMap<Place, Option<String>>,
        declared: &Schema,
        product: Product,
        live: &Schema,
    ) -> bool {
        let differs = |place: &&Place| match (column_type(declared, place), column_type(live, place)) {
            (Some(declared), Some(live)) => declared != live,
            _ => false,
        };
        let wrong: BTreeSet<&String> = untyped
            .iter()
            .filter(|(place, _)| differs(place))
            .filter_map(|(_, rust_type)| rust_type.as_ref())
            .filter(|name| self.types.contains_key(*name))
            .collect();
        for (place, rust_type) in untyped {
            if let (Some(of), Some(name)) = (column_type(live, place), rust_type)
                && wrong.contains(name)
            {
                self.types.remove(name);
                self.columns.remove(name);
                self.insert(column(place), place, of, product, live);
            }
        }
        !wrong.is_empty()
    }

    fn insert(&mut self, key: String, place: &Place, of: &Type, product: Product, live: &Schema) {
        self.types.entry(key.clone()).or_insert_with(|| spelled(of, product, live));
        self.columns.entry(key).or_default().push(column(place));
    }
}

/// The type of a column in a schema.
pub(super) fn column_type<'s>(schema: &'s Schema, place: &Place) -> Option<&'s Type> {
    let Place::Table(table, Part::Column(column, _)) = place else { return None };
    Some(&schema.tables.get(table)?.columns.get(column)?.data_type)
}

fn column(place: &Place) -> String {
    match place {
        Place::Table(table, Part::Column(column, _)) => format!("{table}.{column}"),
        other => other.to_string(),
    }
}

/// The expression for `column_type` that leads to a type of the catalog.
fn spelled(of: &Type, product: Product, live: &Schema) -> String {
    match of {
        Type::Array(element) => format!("Array(RcOrArc::new({}))", spelled(element, product, live)),
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
fn normal(of: Type, product: Product) -> Option<Type> {
    let mut schema = Schema::default();
    let (table, column) = (ObjectName::local("t"), Name::from("c"));
    let mut one = Table::new(table.clone());
    one.columns.insert(Column::new(column.clone(), of));
    schema.tables.insert(table.clone(), one);
    let normal = dialect::of(product).normalize(schema).ok()?;
    let found = normal.schema().tables.get(&table)?.columns.get(&column)?;
    Some(found.data_type.clone())
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
