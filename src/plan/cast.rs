//! What a change of a column's type does to stored values: the vocabulary of the cast tables.
//!
//! Must not know SQL, or which database grades a change how.

use crate::schema::{Change, Column, Name, Options, Type};

/// Whether the values of a column survive a change of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Every value is preserved.
    Keeps,
    /// Some values change or are rejected.
    MayLose(Loss),
    /// No value of the old type is a value of the new type.
    Impossible,
}

/// The rows whose value changes or is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// An SQL condition that holds for these rows, and never for NULL.
    pub condition: String,
    /// The property of these rows, as the predicate of a sentence about the column: `has fractions`.
    pub because: String,
}

impl Grade {
    /// Values are lost where the condition holds.
    pub fn lost(condition: impl Into<String>, because: impl Into<String>) -> Self {
        Self::MayLose(Loss { condition: condition.into(), because: because.into() })
    }

    /// Values are lost where one of both says so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Impossible, _) | (_, Self::Impossible) => Self::Impossible,
            (Self::Keeps, other) | (other, Self::Keeps) => other,
            (Self::MayLose(one), Self::MayLose(two)) => Self::lost(
                format!("({}) OR ({})", one.condition, two.condition),
                match one.because == two.because {
                    true => one.because,
                    false => format!("{}, or {}", one.because, two.because),
                },
            ),
        }
    }
}

/// A database's knowledge about types, for rooms that must not know databases.
pub trait Types {
    /// What a change of type does to a column's values.
    fn grade(&self, change: &Change<Column>) -> Grade;

    /// The values of an enum type that a column's new type does not have.
    fn removed(&self, change: &Change<Column>) -> Vec<String>;

    /// The type that a statement spells like this; `None` if its values are unknown.
    fn read(&self, words: &str) -> Option<Type>;

    /// The partitions that are dropped with their rows when a table is divided otherwise.
    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name>;

    /// Whether a column of one type can refer to a key of another as well as to one of its own.
    fn can_refer(&self, column: &Type, key: &Type) -> bool;
}

/// What may be lost: the thing a database is asked to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stake {
    /// Rows of a table.
    Rows,
    /// Values of a column, all but NULL.
    Values,
    /// Rows that hold NULL in a column.
    Nulls,
    /// Rows whose value changes or is refused.
    Lost,
    /// Nothing that could be counted.
    Nothing,
}
