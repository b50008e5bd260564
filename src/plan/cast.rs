//! What a change of a column's type does to the values that are there: the words in which the tables of casts are written.
//!
//! Must not know SQL, or which database grades a change how.

use crate::schema::{Change, Column, Name, Options, Type};

/// Whether the values of a column are the same after its type has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Every value stays what it is.
    Keeps,
    /// Some values change, or are refused.
    MayLose(Loss),
    /// No value of the one type is a value of the other.
    Impossible,
}

/// The rows whose value changes or is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// An SQL condition that holds for these rows, and never for NULL.
    pub condition: String,
    /// What is in them, as the rest of a sentence that begins with the column: `has fractions`.
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

/// What a database says of types, to whoever does not know it.
pub trait Types {
    /// What becomes of a column's values when its type changes.
    fn grade(&self, change: &Change<Column>) -> Grade;

    /// The values of an enum type that a column's new type does not have.
    fn removed(&self, change: &Change<Column>) -> Vec<String>;

    /// The type that a statement says in these words; `None` for one whose values nothing is known of.
    fn read(&self, words: &str) -> Option<Type>;

    /// The partitions that are dropped with their rows when a table is divided otherwise.
    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name>;

    /// Whether a column of one type can refer to a key of another as well as to one of its own.
    fn can_refer(&self, column: &Type, key: &Type) -> bool;
}

/// What is at stake where something may be lost: what a database is asked to count.
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
