//! Column types: SeaORM's types for declared schemas, the catalog's spelling for databases.
//!
//! Must not know how databases spell types; `dialect/<db>/types.rs` does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::ObjectName;

/// A column's type.
///
/// The first group has the types that an entity can declare, those of `sea_query::ColumnType`. A dialect's `normalize`
/// turns all of them into [`Type::Native`], except enum types on products that have them as objects, which stay
/// [`Type::Enum`] (or an [`Type::Array`] of it) because other objects depend on them by name.
///
/// In JSON a native type is its plain spelling and an enum type is `{"enum": …}`. Declared types are never written to
/// disk, but can be printed: `{"declared": "text"}`, so that they are not mistaken for a native type with the same
/// spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
pub enum Type {
    /// `CHAR(n)`, length in characters.
    Char(Option<u32>),
    /// `VARCHAR(n)`; `None` is SeaORM's `StringLen::None`.
    String(Option<u32>),
    /// `VARCHAR(max)`, SeaORM's `StringLen::Max`.
    StringMax,
    /// Text without a limit.
    Text,
    /// Bytes without a limit.
    Blob,
    /// `BINARY(n)`, length in bytes.
    Binary(u32),
    /// `VARBINARY(n)`, length in bytes.
    VarBinary(Option<u32>),
    /// `BIT(n)`.
    Bit(Option<u32>),
    /// `BIT VARYING(n)`.
    VarBit(u32),
    /// 8-bit integer.
    TinyInteger,
    /// 16-bit integer.
    SmallInteger,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInteger,
    /// Unsigned 8-bit integer.
    TinyUnsigned,
    /// Unsigned 16-bit integer.
    SmallUnsigned,
    /// Unsigned 32-bit integer.
    Unsigned,
    /// Unsigned 64-bit integer.
    BigUnsigned,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Exact decimal: precision and scale.
    Decimal(Option<(u32, u32)>),
    /// PostgreSQL's `money`, a decimal elsewhere: precision and scale.
    Money(Option<(u32, u32)>),
    /// Boolean.
    Boolean,
    /// Date and time without time zone.
    DateTime,
    /// Timestamp without time zone.
    Timestamp,
    /// Timestamp with time zone.
    TimestampWithTimeZone,
    /// Time of day.
    Time,
    /// Calendar date.
    Date,
    /// Calendar year.
    Year,
    /// Interval: fields as PostgreSQL names them (`YEAR TO MONTH`), precision in digits.
    Interval(Option<String>, Option<u32>),
    /// JSON as text.
    Json,
    /// JSON in binary form.
    JsonBinary,
    /// UUID.
    Uuid,
    /// IPv4 or IPv6 network.
    Cidr,
    /// IPv4 or IPv6 host address.
    Inet,
    /// MAC address.
    MacAddr,
    /// PostgreSQL's `ltree`.
    LTree,
    /// pgvector's `vector(n)`.
    Vector(Option<u32>),
    /// A custom type (`custom("citext")`).
    Custom(String),
    /// An enum type of the schema.
    Enum(ObjectName),
    /// An array of another type.
    Array(Box<Type>),
    /// A type in the catalog's own spelling (`character varying(255)`, `int unsigned`, `varchar(255)`).
    #[serde(untagged)]
    Native(String),
}

impl Type {
    /// The enum type, or that of the elements of an array.
    pub fn enum_name(&self) -> Option<&ObjectName> {
        match self {
            Self::Enum(name) => Some(name),
            Self::Array(element) => element.enum_name(),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum TypeForm<'a> {
    Native(Cow<'a, str>),
    Declared { declared: Exactly },
    Object(Exactly),
}

/// Serialises a type under its variant's name.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Exactly(#[serde(with = "Type")] Type);

impl Serialize for Type {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Native(spelling) => TypeForm::Native(Cow::Borrowed(spelling)),
            Self::Enum(_) | Self::Array(_) => TypeForm::Object(Exactly(self.clone())),
            _ => TypeForm::Declared { declared: Exactly(self.clone()) },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match TypeForm::deserialize(deserializer)? {
            TypeForm::Native(spelling) => Self::Native(spelling.into_owned()),
            TypeForm::Declared { declared: Exactly(data_type) } | TypeForm::Object(Exactly(data_type)) => data_type,
        })
    }
}

/// An enum type: a separate object on PostgreSQL, part of the column's type elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// The type's name.
    pub name: ObjectName,
    /// The values in their order.
    pub values: Vec<String>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
