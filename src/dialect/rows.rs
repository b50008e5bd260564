//! Steps on rows, as data: checks that stop a migration before it changes anything, changes of stored values, and declared
//! rows.
//!
//! Must not know why rows are checked or changed. Their SQL is in `rows/text`, the same for every database but for what the
//! dialect quotes.

mod reference;
mod text;
pub mod value;

use crate::plan::RowsChange;
use crate::schema::{Name, ObjectName, Table};

pub use reference::{by_key, selection};
pub use text::{query_text, statements};

/// One step on existing rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowStep {
    /// Stops the migration where its query counts rows.
    Check(RowCheck),
    /// Changes values of one column.
    Change(Box<RowChange>),
    /// Adds, changes and removes declared rows.
    Reference(Box<RowsChange>),
}

/// A check of existing rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowCheck {
    /// Counts the rows that must not exist.
    pub query: RowQuery,
    /// The reason to stop, in words.
    pub message: String,
}

/// A query that counts rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowQuery {
    /// The rows of a table, or those in some of its partitions (MySQL and MariaDB).
    All(ObjectName, Vec<Name>),
    /// The rows of a table that fulfil a condition.
    Matching(ObjectName, RowCondition),
    /// The groups of rows that have the same values in these columns, of the rows that fulfil every condition.
    Duplicates(ObjectName, Vec<Name>, Vec<RowCondition>),
    /// The groups of rows for which these values are the same, and none is NULL.
    Collisions(ObjectName, Vec<KeyValue>),
    /// The rows of a foreign key that refer to no row.
    Orphans(OrphanQuery),
    /// The sum of several queries.
    Sum(Vec<RowQuery>),
}

/// What [`RowQuery::Orphans`] counts: rows of `child` whose `columns` are the `referenced` columns of no row of `parent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanQuery {
    /// The table that refers.
    pub child: ObjectName,
    /// Its columns.
    pub columns: Vec<Name>,
    /// The table that is referred to.
    pub parent: ObjectName,
    /// Its columns, in the same order.
    pub referenced: Vec<Name>,
}

/// A condition on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowCondition {
    /// A column is NULL.
    Null(Name),
    /// A column is not NULL.
    NotNull(Name),
    /// An SQL expression is true.
    True(String),
    /// An SQL expression is false.
    False(String),
    /// An SQL expression gives NULL.
    GivesNull(String),
    /// All of them hold.
    All(Vec<RowCondition>),
}

/// A value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue {
    /// A column.
    Column(Name),
    /// The SQL expression that a column is converted by.
    Expression(String),
}

/// A change of stored values in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// The table when the values are changed.
    pub table: Table,
    /// The column.
    pub column: Name,
    /// The new values.
    pub to: NewValue,
}

/// The new values of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewValue {
    /// An SQL expression, where the column holds NULL.
    Fill {
        /// The expression, by the names that columns have at this step.
        value: String,
        /// The expression as it was given.
        given: String,
        /// Whether rows are changed in batches, outside any transaction, because other sessions use the table.
        in_batches: bool,
    },
    /// An SQL expression, in every row.
    Convert {
        /// The expression, by the names that columns have at this step.
        value: String,
        /// The expression as it was given.
        given: String,
    },
    /// One value of an enum type, where the column holds another.
    Replace {
        /// The value that is removed from the type.
        from: String,
        /// The value that takes its place.
        to: String,
    },
}

impl RowStep {
    /// A check.
    pub fn check(query: RowQuery, message: impl Into<String>) -> Self {
        Self::Check(RowCheck { query, message: message.into() })
    }

    /// The SQL expressions in it.
    pub fn expressions(&self) -> Vec<&str> {
        match self {
            Self::Check(check) => check.query.expressions(),
            Self::Reference(_) => Vec::new(),
            Self::Change(change) => match &change.to {
                NewValue::Fill { value, .. } | NewValue::Convert { value, .. } => vec![value],
                NewValue::Replace { .. } => Vec::new(),
            },
        }
    }

    /// The enum type of the column it changes.
    pub fn enum_type(&self) -> Option<&ObjectName> {
        match self {
            Self::Check(_) | Self::Reference(_) => None,
            Self::Change(change) => change.table.columns.get(&change.column)?.data_type.enum_name(),
        }
    }
}

impl RowQuery {
    fn expressions(&self) -> Vec<&str> {
        match self {
            Self::All(..) | Self::Orphans(_) => Vec::new(),
            Self::Matching(_, condition) => condition.expressions(),
            Self::Duplicates(_, _, conditions) => conditions.iter().flat_map(RowCondition::expressions).collect(),
            Self::Collisions(_, values) => values
                .iter()
                .filter_map(|value| match value {
                    KeyValue::Column(_) => None,
                    KeyValue::Expression(text) => Some(text.as_str()),
                })
                .collect(),
            Self::Sum(queries) => queries.iter().flat_map(Self::expressions).collect(),
        }
    }
}

impl RowCondition {
    fn expressions(&self) -> Vec<&str> {
        match self {
            Self::Null(_) | Self::NotNull(_) => Vec::new(),
            Self::True(text) | Self::False(text) | Self::GivesNull(text) => vec![text],
            Self::All(conditions) => conditions.iter().flat_map(Self::expressions).collect(),
        }
    }
}
