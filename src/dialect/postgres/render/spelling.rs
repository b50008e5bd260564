//! The spelling of types, collations and definitions in a statement.
//!
//! Must not know the statement.

use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Type};

use super::super::types;
use super::{quote, quote_object};

/// A type as it is written; enum types by their quoted name.
pub(in crate::dialect::postgres) fn type_name(data_type: &Type) -> String {
    match data_type {
        Type::Native(spelling) | Type::Custom(spelling) => spelling.clone(),
        Type::Enum(name) => quote_object(name),
        Type::Array(element) => format!("{}[]", type_name(element)),
        // Normalising leaves none of these; what it would make of them is the right spelling all the same.
        Type::Char(_)
        | Type::String(_)
        | Type::StringMax
        | Type::Text
        | Type::Blob
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Bit(_)
        | Type::VarBit(_)
        | Type::TinyInteger
        | Type::SmallInteger
        | Type::Integer
        | Type::BigInteger
        | Type::TinyUnsigned
        | Type::SmallUnsigned
        | Type::Unsigned
        | Type::BigUnsigned
        | Type::Float
        | Type::Double
        | Type::Decimal(_)
        | Type::Money(_)
        | Type::Boolean
        | Type::DateTime
        | Type::Timestamp
        | Type::TimestampWithTimeZone
        | Type::Time
        | Type::Date
        | Type::Year
        | Type::Interval(..)
        | Type::Json
        | Type::JsonBinary
        | Type::Uuid
        | Type::Cidr
        | Type::Inet
        | Type::MacAddr
        | Type::LTree
        | Type::Vector(_) => match types::normalize(data_type, &|_| None) {
            Ok(Type::Native(spelling)) => spelling,
            Ok(_) | Err(_) => "smallint".to_owned(),
        },
    }
}

/// A collation's name; one that is not visible comes qualified and quoted from the catalog.
pub(super) fn written_collation(collation: &str) -> String {
    if collation.starts_with('"') { collation.to_owned() } else { quote(&collation.into()) }
}

/// A definition in `COMMENT ON` and `DROP`; `None` for a kind that neither takes.
pub(super) fn target(id: &DefinitionId) -> Option<String> {
    let name = &id.name;
    let owner = || id.on.as_ref().map(quote_object).unwrap_or_default();
    let kind = match id.kind {
        DefinitionKind::Schema => "SCHEMA",
        DefinitionKind::Extension => return Some(format!("EXTENSION {}", quote(&name.name))),
        DefinitionKind::Collation => "COLLATION",
        DefinitionKind::Domain => "DOMAIN",
        DefinitionKind::CompositeType | DefinitionKind::RangeType => "TYPE",
        DefinitionKind::Sequence => "SEQUENCE",
        DefinitionKind::Aggregate => return Some(format!("AGGREGATE {}", signature(name))),
        DefinitionKind::Operator => return None,
        DefinitionKind::Server => "SERVER",
        DefinitionKind::Partition => "TABLE",
        DefinitionKind::ForeignTable => "FOREIGN TABLE",
        DefinitionKind::Exclusion => return Some(format!("CONSTRAINT {} ON {}", quote(&name.name), owner())),
        DefinitionKind::Policy => return Some(format!("POLICY {} ON {}", quote(&name.name), owner())),
        DefinitionKind::ViewIndex => {
            let schema = id.on.as_ref().and_then(|view| view.schema.clone());
            return Some(format!("INDEX {}", quote_object(&ObjectName { schema, name: name.name.clone() })));
        }
        DefinitionKind::ViewTrigger => return Some(format!("TRIGGER {} ON {}", quote(&name.name), owner())),
        DefinitionKind::Rule => return Some(format!("RULE {} ON {}", quote(&name.name), owner())),
        DefinitionKind::Statistics => "STATISTICS",
        DefinitionKind::EventTrigger => "EVENT TRIGGER",
        DefinitionKind::Publication => "PUBLICATION",
        DefinitionKind::PartitionPart
        | DefinitionKind::Partitioning
        | DefinitionKind::Event
        | DefinitionKind::Setting
        | DefinitionKind::Comment
        | DefinitionKind::Privilege => return None,
    };
    Some(format!("{kind} {}", quote_object(name)))
}

/// A name with argument types: the name is quoted, the types are the catalog's own spelling.
fn signature(name: &ObjectName) -> String {
    let text = name.name.as_str();
    let (bare, arguments) = text.split_once('(').unwrap_or((text, ""));
    let arguments = if matches!(arguments, "" | ")") { "*)" } else { arguments };
    let bare = ObjectName { schema: name.schema.clone(), name: Name::new(bare) };
    format!("{}({arguments}", quote_object(&bare))
}
