//! Definitions: objects that the model does not parse, held as the database's own statement with their dependencies.
//!
//! Must not know the syntax of any database. One type holds all kinds, so that a new kind is one line here and a query
//! in a dialect.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Expression, ObjectName, Place};

/// The kind of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionKind {
    /// A schema other than the default one.
    Schema,
    /// An extension, without its members.
    Extension,
    /// A collation.
    Collation,
    /// A domain.
    Domain,
    /// A composite type.
    CompositeType,
    /// A range type.
    RangeType,
    /// A sequence that numbers no column.
    Sequence,
    /// An aggregate function.
    Aggregate,
    /// An operator.
    Operator,
    /// A foreign server.
    Server,
    /// A partition that is a table.
    Partition,
    /// A partition's own index, constraint, trigger or setting.
    PartitionPart,
    /// A foreign table.
    ForeignTable,
    /// The partitioning of a table whose partitions are not tables.
    Partitioning,
    /// An exclusion constraint.
    Exclusion,
    /// A row security policy.
    Policy,
    /// A rewrite rule.
    Rule,
    /// An index of a materialized view.
    ViewIndex,
    /// A trigger of a view.
    ViewTrigger,
    /// Extended statistics.
    Statistics,
    /// A scheduled event.
    Event,
    /// A trigger on events of the database.
    EventTrigger,
    /// A publication for logical replication.
    Publication,
    /// A setting of a separate object: a disabled trigger, the index a table is clustered on.
    Setting,
    /// A comment on an object that the model has no comment field for.
    Comment,
    /// A privilege of a role on an object.
    Privilege,
}

/// The dependency layer of a kind of definition: where it is created relative to tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependencyLayer {
    /// Tables may depend on it: created before tables, dropped after them, and altered instead of replaced.
    BeforeTables,
    /// It acts as a table. It may hold rows, so it is altered instead of replaced.
    LikeTable,
    /// It depends on tables or views: dropped and created again when it changes.
    AfterTables,
}

impl DefinitionKind {
    /// Every kind, in the order they are listed.
    pub const ALL: [Self; 26] = [
        Self::Schema,
        Self::Extension,
        Self::Collation,
        Self::Domain,
        Self::CompositeType,
        Self::RangeType,
        Self::Sequence,
        Self::Aggregate,
        Self::Operator,
        Self::Server,
        Self::Partition,
        Self::PartitionPart,
        Self::ForeignTable,
        Self::Partitioning,
        Self::Exclusion,
        Self::Policy,
        Self::Rule,
        Self::ViewIndex,
        Self::ViewTrigger,
        Self::Statistics,
        Self::Event,
        Self::EventTrigger,
        Self::Publication,
        Self::Setting,
        Self::Comment,
        Self::Privilege,
    ];

    /// The dependency layer of the kind.
    pub fn layer(self) -> DependencyLayer {
        match self {
            Self::Schema
            | Self::Extension
            | Self::Collation
            | Self::Domain
            | Self::CompositeType
            | Self::RangeType
            | Self::Sequence
            | Self::Aggregate
            | Self::Operator
            | Self::Server => DependencyLayer::BeforeTables,
            Self::Partition | Self::ForeignTable => DependencyLayer::LikeTable,
            Self::PartitionPart
            | Self::Partitioning
            | Self::Exclusion
            | Self::Policy
            | Self::Rule
            | Self::ViewIndex
            | Self::ViewTrigger
            | Self::Statistics
            | Self::Event
            | Self::EventTrigger
            | Self::Publication
            | Self::Setting
            | Self::Comment
            | Self::Privilege => DependencyLayer::AfterTables,
        }
    }

    /// The name of the folder that holds the snapshots of the kind.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Schema => "schemas",
            Self::Extension => "extensions",
            Self::Collation => "collations",
            Self::Domain => "domains",
            Self::CompositeType => "composite_types",
            Self::RangeType => "range_types",
            Self::Sequence => "sequences",
            Self::Aggregate => "aggregates",
            Self::Operator => "operators",
            Self::Server => "servers",
            Self::Partition => "partitions",
            Self::PartitionPart => "partition_parts",
            Self::ForeignTable => "foreign_tables",
            Self::Partitioning => "partitionings",
            Self::Exclusion => "exclusions",
            Self::Policy => "policies",
            Self::Rule => "rules",
            Self::ViewIndex => "view_indexes",
            Self::ViewTrigger => "view_triggers",
            Self::Statistics => "statistics",
            Self::Event => "events",
            Self::EventTrigger => "event_triggers",
            Self::Publication => "publications",
            Self::Setting => "settings",
            Self::Comment => "comments",
            Self::Privilege => "privileges",
        }
    }
}

impl fmt::Display for DefinitionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Collation => "collation",
            Self::Domain => "domain",
            Self::CompositeType => "composite type",
            Self::RangeType => "range type",
            Self::Sequence => "sequence",
            Self::Aggregate => "aggregate",
            Self::Operator => "operator",
            Self::Server => "foreign server",
            Self::Partition => "partition",
            Self::PartitionPart => "part",
            Self::ForeignTable => "foreign table",
            Self::Partitioning => "partitioning",
            Self::Exclusion => "exclusion constraint",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::ViewIndex => "index",
            Self::ViewTrigger => "trigger",
            Self::Statistics => "statistics",
            Self::Event => "event",
            Self::EventTrigger => "event trigger",
            Self::Publication => "publication",
            Self::Setting => "setting",
            Self::Comment => "comment",
            Self::Privilege => "privilege",
        })
    }
}

/// The identity of a definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DefinitionId {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its table or view, if its name is only unique there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<ObjectName>,
    /// Its name; where names can be overloaded, with its argument types.
    pub name: ObjectName,
}

impl DefinitionId {
    /// A definition without an owner.
    pub fn new(kind: DefinitionKind, name: ObjectName) -> Self {
        Self { kind, on: None, name }
    }

    /// A definition that belongs to a table or a view.
    pub fn on(kind: DefinitionKind, owner: ObjectName, name: ObjectName) -> Self {
        Self { kind, on: Some(owner), name }
    }
}

impl fmt::Display for DefinitionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.on {
            Some(owner) => write!(formatter, "{owner}.{} {}", self.kind, self.name),
            None => write!(formatter, "{} {}", self.kind, self.name),
        }
    }
}

/// An object held as the statement that creates it. Two definitions are equal if their statements are: the dependencies
/// follow from the statement, and a reader of source text may know fewer of them than the database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Definition {
    /// Its identity.
    #[serde(flatten)]
    pub id: DefinitionId,
    /// The statement that creates it, without a final semicolon.
    pub create: Expression,
    /// The statement that drops it, without a final semicolon. If it is empty, a dialect's `normalize` fills it in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub drop: String,
    /// Its dependencies besides its owner: each is created before it and dropped after it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<Place>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, create, drop, needs: _, comment } = self;
        (id, create, drop, comment) == (&other.id, &other.create, &other.drop, &other.comment)
    }
}

impl Eq for Definition {}

impl Definition {
    /// A definition that depends on its owner only.
    pub fn new(id: DefinitionId, create: impl Into<String>) -> Self {
        Self { id, create: Expression::new(create), drop: String::new(), needs: BTreeSet::new(), comment: None }
    }
}
