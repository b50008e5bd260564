//! Reference rows: rows that are declared with their table, such as roles, settings and the values of an enum table.
//!
//! Must not know where they are declared, or the SQL that writes them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Name, ObjectName, Schema};

/// The declared rows of one table. Other rows of the table are not managed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRows {
    /// The columns by which a row is found: the primary key or a unique key.
    pub key: Vec<Name>,
    /// The rows, sorted by key. All have the same columns.
    pub rows: Vec<ReferenceRow>,
}

/// The declared values of one row, by column. A column that is not listed is not managed.
pub type ReferenceRow = BTreeMap<Name, RowValue>;

/// A value, in the one spelling by which it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowValue {
    /// NULL.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A number, with all its digits.
    Number(String),
    /// Everything the database reads from a quoted literal: text, dates, JSON.
    Text(String),
    /// Bytes, as hexadecimal digits in lower case.
    Bytes(String),
}

impl ReferenceRows {
    /// The rows in the order of their keys.
    pub fn sort(&mut self) {
        let Self { key, rows } = self;
        rows.sort_by(|one, other| {
            let pairs = key.iter().map(|name| compare(one.get(name), other.get(name)));
            pairs.fold(Ordering::Equal, Ordering::then)
        });
    }

    /// The columns of the rows.
    pub fn columns(&self) -> impl Iterator<Item = &Name> {
        self.rows.first().into_iter().flat_map(BTreeMap::keys)
    }

    /// The columns by which rows of both are the same: the key, or where the two have different keys, the one that both have
    /// values of. None if there is no such key.
    pub fn common_key<'r>(&'r self, other: &'r Self) -> Option<&'r [Name]> {
        let has = |rows: &Self, key: &[Name]| key.iter().all(|name| rows.columns().any(|column| column == name));
        [(self, other), (other, self)]
            .into_iter()
            .find(|(one, two)| has(two, &one.key))
            .map(|(one, _)| one.key.as_slice())
    }

    /// The row with the same values in these columns.
    pub fn same_row(&self, row: &ReferenceRow, key: &[Name]) -> Option<&ReferenceRow> {
        self.rows.iter().find(|own| key.iter().all(|name| own.get(name) == row.get(name)))
    }

    /// The rows after a column was renamed.
    pub fn rename_column(&mut self, from: &Name, to: &Name) {
        self.key.iter_mut().filter(|name| *name == from).for_each(|name| name.clone_from(to));
        for row in &mut self.rows {
            if let Some(value) = row.remove(from) {
                row.insert(to.clone(), value);
            }
        }
    }

    /// The rows after a text value of some columns was renamed.
    pub fn rename_value(&mut self, columns: &[Name], from: &str, to: &str) {
        for row in &mut self.rows {
            for column in columns {
                if let Some(RowValue::Text(text)) = row.get_mut(column)
                    && text == from
                {
                    to.clone_into(text);
                }
            }
        }
        self.sort();
    }
}

impl Schema {
    /// Gives a renamed value of an enum type its new name in the reference rows.
    pub fn rename_in_rows(&mut self, enum_type: &ObjectName, from: &str, to: &str) {
        for table in self.tables.values_mut_where(|table| table.rows.is_some()) {
            let of_type = table.columns.values().filter(|column| column.data_type.enum_name() == Some(enum_type));
            let columns: Vec<Name> = of_type.map(|column| column.name.clone()).collect();
            if let Some(rows) = &mut table.rows {
                rows.rename_value(&columns, from, to);
            }
        }
    }
}

/// Whole numbers are compared by what they are, all others by their spelling.
fn compare(one: Option<&RowValue>, other: Option<&RowValue>) -> Ordering {
    match (one, other) {
        (Some(RowValue::Number(one)), Some(RowValue::Number(other))) => {
            match (one.parse::<i128>(), other.parse::<i128>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                _ => one.cmp(other),
            }
        }
        (one, other) => one.cmp(&other),
    }
}

impl std::fmt::Display for RowValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => formatter.write_str("NULL"),
            Self::Boolean(truth) => write!(formatter, "{truth}"),
            Self::Number(number) => formatter.write_str(number),
            Self::Text(text) => write!(formatter, "'{text}'"),
            Self::Bytes(digits) => write!(formatter, "0x{digits}"),
        }
    }
}
