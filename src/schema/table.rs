//! Tables and their parts: columns, keys, checks, indexes, triggers.
//!
//! Must not know the source of a table or its SQL.

use serde::{Deserialize, Serialize};

use super::list::{self, Named};
use super::{Columns, DefaultValue, Expression, Name, ObjectName, Options, Parts, ReferenceRows, Type, Wording};

/// The table option that holds the clause after `PARTITION BY`.
pub const PARTITION_BY: &str = "partition_by";

/// A table.
///
/// Columns keep their order, but equality ignores it: the order is used where a table is created or rebuilt, and is
/// never a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The table's name.
    pub name: ObjectName,
    /// The columns in their order.
    pub columns: Columns,
    /// The primary key, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints. On MySQL and MariaDB `normalize` turns them into unique indexes.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub uniques: Parts<Unique>,
    /// Foreign keys of this table.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub foreign_keys: Parts<ForeignKey>,
    /// Check constraints.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub checks: Parts<Check>,
    /// Indexes that do not merely implement a key or a unique constraint.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub indexes: Parts<Index>,
    /// Triggers, held as statements.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub triggers: Parts<Trigger>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Options of one product.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// The declared rows, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<ReferenceRows>,
}

impl Table {
    /// An empty table.
    pub fn new(name: ObjectName) -> Self {
        Self {
            name,
            columns: Columns::new(),
            primary_key: None,
            uniques: Parts::new(),
            foreign_keys: Parts::new(),
            checks: Parts::new(),
            indexes: Parts::new(),
            triggers: Parts::new(),
            comment: None,
            options: Options::new(),
            rows: None,
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The column's name.
    pub name: Name,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: Type,
    /// Whether it is nullable.
    pub nullable: bool,
    /// Its default, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultValue>,
    /// Its numbering, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Its generation expression, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// The collation, if it is not the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// MySQL's and MariaDB's `ON UPDATE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<Expression>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Options of one product.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// The text after the column's name, without keys, checks and references, if the database stores it verbatim.
    #[serde(default, skip_serializing_if = "Wording::is_none")]
    pub wording: Wording,
}

impl Column {
    /// A NOT NULL column with only a type.
    pub fn new(name: impl Into<Name>, data_type: Type) -> Self {
        Self {
            name: name.into(),
            data_type,
            nullable: false,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            on_update: None,
            comment: None,
            options: Options::new(),
            wording: Wording::default(),
        }
    }

    /// Whether the database supplies a value for existing rows: a default, a number, or a computed value.
    pub fn has_value_of_its_own(&self) -> bool {
        self.default.is_some() || self.identity.is_some() || self.generated.is_some()
    }
}

/// The numbering of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The product's form of SeaORM's `auto_increment`. The only one on MySQL, MariaDB and SQLite.
    AutoIncrement,
    /// PostgreSQL's `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
    /// PostgreSQL's `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// PostgreSQL's `serial`: an owned sequence and a `nextval` default.
    Serial,
}

/// A generated column's expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// Whether it is stored, not computed when read.
    pub stored: bool,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The constraint's name; `None` where the database has none (MySQL, MariaDB, SQLite).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The columns in key order.
    pub columns: Vec<Name>,
    /// Options of one product (`deferrable`, `initially_deferred`, `include` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl PrimaryKey {
    /// A key on columns, without options.
    pub fn new(name: Option<Name>, columns: Vec<Name>) -> Self {
        Self { name, columns, options: Options::new() }
    }

    /// Whether the other key is equal except for its name.
    pub fn is_only_renamed(&self, other: &Self) -> bool {
        (&self.columns, &self.options) == (&other.columns, &other.options)
    }
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    /// The constraint's name.
    pub name: Name,
    /// The columns in key order.
    pub columns: Vec<Name>,
    /// Options of one product (`nulls_not_distinct`, `deferrable`, `include` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Name,
    /// The referencing columns.
    pub columns: Vec<Name>,
    /// The referenced table.
    pub references: ObjectName,
    /// The referenced columns, one for each of `columns`.
    pub referenced_columns: Vec<Name>,
    /// The action on update; `None` is the default, `NO ACTION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<Action>,
    /// The action on deletion; `None` is the default, `NO ACTION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<Action>,
    /// Options of one product (`deferrable`, `match`, `not_valid` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// The action on referencing rows.
///
/// `NO ACTION` is the absence of an action. MySQL and MariaDB treat `RESTRICT` as the same but print it differently, so
/// it is a separate value and `normalize` decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Reject immediately.
    Restrict,
    /// Update or delete the referencing row too.
    Cascade,
    /// Set the referencing columns to NULL.
    SetNull,
    /// Set the referencing columns to their defaults.
    SetDefault,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The constraint's name; `<table>_<column>_check` or `<table>_check` if it is unnamed.
    pub name: Name,
    /// The condition.
    pub expression: Expression,
    /// Options of one product (`not_valid`, `no_inherit`, `not_enforced` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The index's name.
    pub name: Name,
    /// Its parts, in order.
    pub parts: Vec<IndexPart>,
    /// Whether it is unique.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// The condition of a partial index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Expression>,
    /// The access method or kind, if it is not the default (`gin`, `hash`, `fulltext`, `spatial`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Included non-key columns (PostgreSQL's `INCLUDE`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Name>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Options of one product (`nulls_not_distinct`, storage parameters, `invisible`, `parser` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// The stored `CREATE INDEX` text, if it differs from the rendered one.
    #[serde(default, skip_serializing_if = "Wording::is_none")]
    pub wording: Wording,
}

impl Index {
    /// A plain index on columns.
    pub fn on(name: impl Into<Name>, columns: impl IntoIterator<Item = Name>) -> Self {
        Self {
            name: name.into(),
            parts: columns.into_iter().map(IndexPart::column).collect(),
            unique: false,
            predicate: None,
            method: None,
            include: Vec::new(),
            comment: None,
            options: Options::new(),
            wording: Wording::default(),
        }
    }
}

/// One part of an index: a column or an expression, with its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// The indexed column or expression.
    #[serde(flatten)]
    pub target: IndexTarget,
    /// Descending order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// Options of one product (`collation`, `opclass`, `nulls`, `prefix`), if they are not defaults.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl IndexPart {
    /// An ascending column.
    pub fn column(name: Name) -> Self {
        Self { target: IndexTarget::Column(name), descending: false, options: Options::new() }
    }
}

/// The column or expression of an index part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexTarget {
    /// A column.
    Column(Name),
    /// An expression.
    Expression(Expression),
}

/// A trigger, held as the statement that creates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The trigger's name.
    pub name: Name,
    /// The whole `CREATE TRIGGER` statement as the database prints it, without a final semicolon.
    pub definition: Expression,
}

macro_rules! named {
    ($($noun:ty),+) => {
        $(impl Named for $noun {
            fn name(&self) -> &Name {
                &self.name
            }
        })+
    };
}

named!(Column, Unique, ForeignKey, Check, Index, Trigger);
