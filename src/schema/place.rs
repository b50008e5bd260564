//! Places: locations in a schema, for origins, source lines and messages.
//!
//! Must not know the object at a place.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DefinitionId, Name, ObjectName};

/// The location of an object or one of its facets in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A table or a part of one.
    Table(ObjectName, Part),
    /// An enum type.
    Enum(ObjectName),
    /// A view.
    View(ObjectName),
    /// A routine.
    Routine(ObjectName),
    /// A definition.
    Definition(DefinitionId),
}

/// A part of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The table itself.
    Whole,
    /// Its comment.
    Comment,
    /// One of its options.
    Option(Name),
    /// Its primary key.
    PrimaryKey,
    /// A column or one facet of it.
    Column(Name, Facet),
    /// A unique constraint.
    Unique(Name),
    /// A foreign key; its two actions are separate facets.
    ForeignKey(Name, Facet),
    /// A check.
    Check(Name),
    /// An index.
    Index(Name),
    /// A trigger.
    Trigger(Name),
    /// Its declared rows.
    Rows,
}

/// A facet of a column or a foreign key that can be declared separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The object itself.
    Whole,
    /// A column's exact type, if the Rust type does not determine it.
    Type,
    /// A column's default.
    Default,
    /// A column's numbering.
    Identity,
    /// A column's generation expression.
    Generated,
    /// A column's collation.
    Collation,
    /// A column's `ON UPDATE`, or a foreign key's action on update.
    OnUpdate,
    /// A foreign key's action on deletion.
    OnDelete,
    /// A comment.
    Comment,
    /// Options of one product.
    Options,
}

impl Place {
    /// The table itself.
    pub fn table(name: &ObjectName) -> Self {
        Self::Table(name.clone(), Part::Whole)
    }

    /// A column itself.
    pub fn column(table: &ObjectName, column: &Name) -> Self {
        Self::Table(table.clone(), Part::Column(column.clone(), Facet::Whole))
    }

    /// The object of this place.
    pub fn object(&self) -> &ObjectName {
        match self {
            Self::Table(name, _) | Self::Enum(name) | Self::View(name) | Self::Routine(name) => name,
            Self::Definition(id) => id.on.as_ref().unwrap_or(&id.name),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table, Part::Whole) => write!(formatter, "table {table}"),
            Self::Table(table, part) => write!(formatter, "{table}.{part}"),
            Self::Enum(name) => write!(formatter, "enum {name}"),
            Self::View(name) => write!(formatter, "view {name}"),
            Self::Routine(name) => write!(formatter, "routine {name}"),
            Self::Definition(id) => write!(formatter, "{id}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => formatter.write_str("table"),
            Self::Comment => formatter.write_str("comment"),
            Self::Option(name) => write!(formatter, "option {name}"),
            Self::PrimaryKey => formatter.write_str("primary key"),
            Self::Column(name, Facet::Whole) => write!(formatter, "{name}"),
            Self::Column(name, facet) => write!(formatter, "{name} {facet}"),
            Self::Unique(name) => write!(formatter, "unique {name}"),
            Self::ForeignKey(name, Facet::Whole) => write!(formatter, "foreign key {name}"),
            Self::ForeignKey(name, facet) => write!(formatter, "foreign key {name} {facet}"),
            Self::Check(name) => write!(formatter, "check {name}"),
            Self::Index(name) => write!(formatter, "index {name}"),
            Self::Trigger(name) => write!(formatter, "trigger {name}"),
            Self::Rows => formatter.write_str("reference rows"),
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Whole => "itself",
            Self::Type => "type",
            Self::Default => "default",
            Self::Identity => "identity",
            Self::Generated => "generated",
            Self::Collation => "collation",
            Self::OnUpdate => "on update",
            Self::OnDelete => "on delete",
            Self::Comment => "comment",
            Self::Options => "options",
        })
    }
}
