//! Operations as data. An operation holds the whole object it works on, so it can be printed, serialised and inverted without
//! a lookup.
//!
//! Must not know SQL, or how two schemas are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::schema::{
    Change, Check, Column, Definition, EnumType, Facet, ForeignKey, Index, Name, ObjectName, Options, Part, Place,
    PrimaryKey, ReferenceRows, Routine, Table, Trigger, Unique, View,
};

/// One step from a schema to another.
///
/// Nothing is implicit: an operation creates, removes or changes exactly what it names. A table is created and dropped with
/// all that is inside it except its foreign keys, which are always operations of their own, because that breaks cycles, and its
/// reference rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// The object does not exist before and exists after.
    Create(Object),
    /// The object exists before and does not exist after.
    Drop(Object),
    /// The object exists before and after, and differs.
    Alter(Alter),
    /// The object changes its name and nothing else.
    Rename(Rename),
}

/// A whole object, with the table it belongs to where it belongs to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A table with everything in it but foreign keys and reference rows: `foreign_keys` and `rows` are empty here.
    Table(Table),
    /// A column of a table that exists.
    Column(ObjectName, Column),
    /// A primary key of a table that exists.
    PrimaryKey(ObjectName, PrimaryKey),
    /// A unique constraint of a table that exists.
    Unique(ObjectName, Unique),
    /// A foreign key.
    ForeignKey(ObjectName, ForeignKey),
    /// A check of a table that exists.
    Check(ObjectName, Check),
    /// An index of a table that exists.
    Index(ObjectName, Index),
    /// A trigger of a table that exists.
    Trigger(ObjectName, Trigger),
    /// An enum type.
    Enum(EnumType),
    /// A view.
    View(View),
    /// A function or procedure.
    Routine(Routine),
    /// Something held in the database's own words.
    Definition(Definition),
}

/// A change of an object that keeps its identity.
///
/// Constraints, indexes, triggers and views are not altered but dropped and created: no database can alter them, and the plan
/// names their dependents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alter {
    /// A column; its name is the same on both sides.
    Column(ObjectName, Change<Column>),
    /// A primary key replaced by another, in one step because a table should never be without one.
    PrimaryKey(ObjectName, Change<PrimaryKey>),
    /// A table's comment.
    Comment(ObjectName, Change<Option<String>>),
    /// A table's options.
    Options(ObjectName, Change<Options>),
    /// An enum type's values or comment; its name is the same on both sides.
    Enum(Change<EnumType>),
    /// A routine's body; its name is the same on both sides.
    Routine(Change<Routine>),
    /// A definition that other objects depend on, or that may hold rows; its id is the same on both sides.
    Definition(Change<Definition>),
    /// The reference rows of a table.
    Rows(Box<RowsChange>),
}

/// A change of the reference rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsChange {
    /// The table.
    pub table: ObjectName,
    /// The rows before and after; none where the table has no declared rows.
    pub rows: Change<Option<ReferenceRows>>,
    /// The other tables that its foreign keys refer to.
    pub refers: BTreeSet<ObjectName>,
    /// The columns of enum types.
    pub enums: BTreeMap<Name, ObjectName>,
    /// The columns with values that the database numbers by a counter, which has to follow.
    pub numbered: BTreeSet<Name>,
    /// The columns that the database sets by every update that does not (MySQL and MariaDB).
    pub moving: BTreeSet<Name>,
    /// Whether a numbered column is `GENERATED ALWAYS`.
    pub overriding: bool,
}

/// A rename. References by name follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rename {
    /// A table.
    Table(Change<ObjectName>),
    /// A column of a table.
    Column(ObjectName, Change<Name>),
    /// An index of a table.
    Index(ObjectName, Change<Name>),
    /// A unique constraint of a table.
    Unique(ObjectName, Change<Name>),
    /// A foreign key of a table.
    ForeignKey(ObjectName, Change<Name>),
    /// A check of a table.
    Check(ObjectName, Change<Name>),
    /// An enum type.
    Enum(Change<ObjectName>),
    /// A value of an enum type.
    EnumValue(ObjectName, Change<String>),
}

impl Op {
    /// The operation that undoes this one. Total, and its own inverse: `op.inverse().inverse() == op`.
    pub fn inverse(self) -> Self {
        match self {
            Self::Create(object) => Self::Drop(object),
            Self::Drop(object) => Self::Create(object),
            Self::Alter(alter) => Self::Alter(alter.inverse()),
            Self::Rename(rename) => Self::Rename(rename.inverse()),
        }
    }

    /// The place of the operation in the schema: before it for a drop, after it for everything else.
    pub fn place(&self) -> Place {
        match self {
            Self::Create(object) | Self::Drop(object) => object.place(),
            Self::Alter(alter) => alter.place(),
            Self::Rename(rename) => rename.place(),
        }
    }
}

impl Object {
    /// Where in a schema the object stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Table(table) => Place::table(&table.name),
            Self::Column(table, column) => Place::column(table, &column.name),
            Self::PrimaryKey(table, _) => Place::Table(table.clone(), Part::PrimaryKey),
            Self::Unique(table, unique) => Place::Table(table.clone(), Part::Unique(unique.name.clone())),
            Self::ForeignKey(table, key) => {
                Place::Table(table.clone(), Part::ForeignKey(key.name.clone(), Facet::Whole))
            }
            Self::Check(table, check) => Place::Table(table.clone(), Part::Check(check.name.clone())),
            Self::Index(table, index) => Place::Table(table.clone(), Part::Index(index.name.clone())),
            Self::Trigger(table, trigger) => Place::Table(table.clone(), Part::Trigger(trigger.name.clone())),
            Self::Enum(enum_type) => Place::Enum(enum_type.name.clone()),
            Self::View(view) => Place::View(view.name.clone()),
            Self::Routine(routine) => Place::Routine(routine.name.clone()),
            Self::Definition(definition) => Place::Definition(definition.id.clone()),
        }
    }
}

impl Alter {
    fn inverse(self) -> Self {
        match self {
            Self::Column(table, change) => Self::Column(table, change.inverse()),
            Self::PrimaryKey(table, change) => Self::PrimaryKey(table, change.inverse()),
            Self::Comment(table, change) => Self::Comment(table, change.inverse()),
            Self::Options(table, change) => Self::Options(table, change.inverse()),
            Self::Enum(change) => Self::Enum(change.inverse()),
            Self::Routine(change) => Self::Routine(change.inverse()),
            Self::Definition(change) => Self::Definition(change.inverse()),
            Self::Rows(mut change) => {
                change.rows = change.rows.inverse();
                Self::Rows(change)
            }
        }
    }

    fn place(&self) -> Place {
        match self {
            Self::Column(table, change) => Place::column(table, &change.to.name),
            Self::PrimaryKey(table, _) => Place::Table(table.clone(), Part::PrimaryKey),
            Self::Comment(table, _) => Place::Table(table.clone(), Part::Comment),
            Self::Options(table, _) => Place::table(table),
            Self::Enum(change) => Place::Enum(change.to.name.clone()),
            Self::Routine(change) => Place::Routine(change.to.name.clone()),
            Self::Definition(change) => Place::Definition(change.to.id.clone()),
            Self::Rows(change) => Place::Table(change.table.clone(), Part::Rows),
        }
    }
}

impl Rename {
    /// The inverse rename.
    pub fn inverse(self) -> Self {
        match self {
            // The columns and constraints of a renamed table are renamed under the table's later name, so only the change
            // itself turns round here; the order of operations turns round with the plan.
            Self::Table(change) => Self::Table(change.inverse()),
            Self::Column(table, change) => Self::Column(table, change.inverse()),
            Self::Index(table, change) => Self::Index(table, change.inverse()),
            Self::Unique(table, change) => Self::Unique(table, change.inverse()),
            Self::ForeignKey(table, change) => Self::ForeignKey(table, change.inverse()),
            Self::Check(table, change) => Self::Check(table, change.inverse()),
            Self::Enum(change) => Self::Enum(change.inverse()),
            Self::EnumValue(name, change) => Self::EnumValue(name, change.inverse()),
        }
    }

    /// Where in the schema the new name stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Table(change) => Place::table(&change.to),
            Self::Column(table, change) => Place::column(table, &change.to),
            Self::Index(table, change) => Place::Table(table.clone(), Part::Index(change.to.clone())),
            Self::Unique(table, change) => Place::Table(table.clone(), Part::Unique(change.to.clone())),
            Self::ForeignKey(table, change) => {
                Place::Table(table.clone(), Part::ForeignKey(change.to.clone(), Facet::Whole))
            }
            Self::Check(table, change) => Place::Table(table.clone(), Part::Check(change.to.clone())),
            Self::Enum(change) => Place::Enum(change.to.clone()),
            Self::EnumValue(name, _) => Place::Enum(name.clone()),
        }
    }
}
