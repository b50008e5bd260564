//! Rules that triggers keep true of every written row while two versions of a program use a table.
//!
//! Must not know why a rule is kept, or the SQL of a trigger: each dialect writes its own in its `in_step.rs`.

use crate::plan::{Names, Shape, Space};
use crate::schema::{Name, Routine, Table, Trigger};

use super::Product;
use super::expression::mentions;

/// A rule on the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowRule {
    /// Two columns hold one value in two forms. A statement that writes one of them changes both; if it writes both, the new
    /// column decides.
    Twins(Twins),
    /// A column that takes NULL gets a value where a statement writes NULL.
    Filled {
        /// The column.
        column: Name,
        /// The value, as an SQL expression that may name other columns of the row.
        value: String,
    },
}

/// Two columns that hold one value in two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twins {
    /// The column that the former version of the program uses.
    pub old: Name,
    /// The column that the new version uses.
    pub new: Name,
    /// The new column's value, as an SQL expression that names the old one; `None` copies it.
    pub forward: Option<String>,
    /// The old column's value, as an SQL expression that names the new one; `None` copies it.
    pub back: Option<String>,
}

/// What keeps a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowTriggers {
    /// The function that the triggers call, where a trigger has no body of its own (PostgreSQL).
    pub routine: Option<Routine>,
    /// The triggers.
    pub triggers: Vec<Trigger>,
    /// What holds for a stored row that breaks the rule.
    pub broken: String,
}

impl RowRule {
    /// The column by which triggers of the rule are named.
    fn subject(&self) -> &Name {
        match self {
            Self::Twins(twins) => &twins.new,
            Self::Filled { column, .. } => column,
        }
    }

    /// A name for what keeps the rule: letters, digits and underscores, so that catalogs print it without quotes. Triggers of
    /// one event fire in the order of their names or of their creation; this one is to see what the others have written.
    pub(super) fn name(&self, table: &Table, after: &str, names: &Names<'_>) -> Name {
        let plain = |name: &str| -> String {
            let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
            name.chars().map(letter).collect()
        };
        let stem = format!("{}_{}", plain(table.name.name.as_str()), plain(self.subject().as_str()));
        names.invent(&Space::Objects, Shape { before: "z_in_step_", stem: &stem, after })
    }
}

/// The columns of a table that an expression names.
pub(super) fn named<'a>(product: Product, table: &'a Table, expression: &str) -> Vec<&'a Name> {
    table.columns.keys().filter(|column| mentions(product, expression, column.as_str())).collect()
}
