//! Tables and what belongs to one: columns, keys, checks, indexes, triggers.
//!
//! Must not know where a table was read from or how it is written in SQL.

use serde::{Deserialize, Serialize};

use super::list::{self, Named};
use super::{Columns, DefaultValue, Expression, Name, ObjectName, Options, Parts, Type, Wording};

/// The name of a table's option that says how it is divided: what follows `PARTITION BY`.
pub const PARTITION_BY: &str = "partition_by";

/// A table.
///
/// Columns keep their order, but equality does not look at it: order is kept where a table is created or rebuilt, and is
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
    /// Unique constraints. MySQL and MariaDB have none: there `normalize` makes them unique indexes.
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
    /// Triggers, in the database's own words.
    #[serde(default, with = "list", skip_serializing_if = "Parts::is_empty")]
    pub triggers: Parts<Trigger>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Settings only one database knows.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl Table {
    /// A table without anything in it.
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
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultValue>,
    /// How the database numbers it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// How the database computes it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// The collation, where it is not the one the column would have anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// MySQL's and MariaDB's `ON UPDATE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<Expression>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Settings only one database knows.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// What follows the column's name, keys, checks and references left out, where the database holds the very text.
    #[serde(default, skip_serializing_if = "Wording::is_none")]
    pub wording: Wording,
}

impl Column {
    /// A column that takes no NULL and has nothing but a type.
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

    /// Whether the database has a value of its own for it where rows are there already: a default, a number, what it computes.
    pub fn has_value_of_its_own(&self) -> bool {
        self.default.is_some() || self.identity.is_some() || self.generated.is_some()
    }
}

/// How a database numbers a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Whatever the database does for SeaORM's `auto_increment`. On MySQL, MariaDB and SQLite the only form.
    AutoIncrement,
    /// PostgreSQL's `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
    /// PostgreSQL's `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// PostgreSQL's `serial`: an owned sequence behind a `nextval` default.
    Serial,
}

/// How a database computes a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// Stored on disk, or computed when read.
    pub stored: bool,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The constraint's name; `None` where the database gives it none of its own (MySQL, MariaDB, SQLite).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The columns in key order.
    pub columns: Vec<Name>,
    /// Settings only one database knows (`deferrable`, `initially_deferred`, `include` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl PrimaryKey {
    /// A key on columns, without settings.
    pub fn new(name: Option<Name>, columns: Vec<Name>) -> Self {
        Self { name, columns, options: Options::new() }
    }

    /// Whether the other key differs in its name at most.
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
    /// Settings only one database knows (`nulls_not_distinct`, `deferrable`, `include` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Name,
    /// The referring columns.
    pub columns: Vec<Name>,
    /// The table referred to.
    pub references: ObjectName,
    /// The columns referred to, one for each of `columns`.
    pub referenced_columns: Vec<Name>,
    /// What an update of the referred row does; `None` is the database's own default, `NO ACTION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<Action>,
    /// What a deletion of the referred row does; `None` is the database's own default, `NO ACTION`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<Action>,
    /// Settings only one database knows (`deferrable`, `match`, `not_valid` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// What happens to a referring row.
///
/// `NO ACTION` is not here: it is the absence of an action. MySQL and MariaDB treat `RESTRICT` as the same thing but print
/// it differently, so it stays a value of its own and `normalize` decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Refuse at once.
    Restrict,
    /// Do the same to the referring row.
    Cascade,
    /// Set the referring columns to NULL.
    SetNull,
    /// Set the referring columns to their defaults.
    SetDefault,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The constraint's name; where the database or the code gives none, `<table>_<column>_check` or `<table>_check`.
    pub name: Name,
    /// What must hold.
    pub expression: Expression,
    /// Settings only one database knows (`not_valid`, `no_inherit`, `not_enforced` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The index's name.
    pub name: Name,
    /// What it is built on, in order.
    pub parts: Vec<IndexPart>,
    /// Whether it forbids duplicates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// The condition of a partial index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Expression>,
    /// The access method or kind where it is not the database's default (`gin`, `hash`, `fulltext`, `spatial`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Columns carried along without being part of the key (PostgreSQL's `INCLUDE`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Name>,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Settings only one database knows (`nulls_not_distinct`, storage parameters, `invisible`, `parser` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// The `CREATE INDEX` text, where the database holds one that is worded otherwise than it would be written anew.
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

/// One part of an index: a column or an expression, and how it is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// What is indexed.
    #[serde(flatten)]
    pub target: IndexTarget,
    /// Descending order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// Settings only one database knows (`collation`, `opclass`, `nulls`, `prefix`), where they are not the default.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl IndexPart {
    /// An ascending column.
    pub fn column(name: Name) -> Self {
        Self { target: IndexTarget::Column(name), descending: false, options: Options::new() }
    }
}

/// What one part of an index is built on.
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
    /// The whole `CREATE TRIGGER` statement in the database's own words, without a final semicolon.
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
