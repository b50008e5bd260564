//! Values: the content of one column of one row, and its form in SQL and JSON.
//!
//! Must not know which column it is for.

use crate::dialect::{Dialect, Product};
use crate::schema::{Literal, RowValue};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// NULL.
    Null,
    /// A number as it is written.
    Number(String),
    /// A text, unescaped; everything the database reads from a quoted literal is one.
    Text(String),
    /// A truth value.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A value that only an expression can denote, such as a point on MySQL.
    Expression(String),
}

impl Value {
    /// NULL or not.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// A number.
    pub(super) fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value in SQL.
    pub fn sql(&self, dialect: &dyn Dialect) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Number(number) => number.clone(),
            Self::Text(text) => dialect.literal(&Literal::Text(text.clone())),
            Self::Boolean(truth) => dialect.literal(&Literal::Boolean(*truth)),
            Self::Bytes(bytes) => match dialect.product() {
                Product::Postgres => format!("'\\x{}'", hexadecimal(bytes)),
                Product::MySql | Product::MariaDb | Product::Sqlite => format!("X'{}'", hexadecimal(bytes)),
            },
            Self::Expression(sql) => sql.clone(),
        }
    }

    /// The value in JSON. Numbers that JSON readers would round are texts there, and so are bytes.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Number(number) => match number.parse::<i64>() {
                Ok(integer) if integer.unsigned_abs() < 1 << 53 => integer.into(),
                _ => number.clone().into(),
            },
            Self::Text(text) | Self::Expression(text) => text.clone().into(),
            Self::Boolean(truth) => (*truth).into(),
            Self::Bytes(bytes) => hexadecimal(bytes).into(),
        }
    }

    /// The form of a value that a unique key compares. Collations fold case and ignore trailing spaces, so this
    /// does too: better two values apart too many than one key refused.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Null => "n".to_owned(),
            Self::Number(number) => match number.parse::<i128>() {
                Ok(integer) => format!("#{integer}"),
                Err(_) => format!("#{}", number.parse::<f64>().unwrap_or_default()),
            },
            Self::Text(text) => format!("'{}", text.trim_end().to_lowercase()),
            Self::Boolean(truth) => format!("#{}", u8::from(*truth)),
            Self::Bytes(bytes) => format!("x{}", hexadecimal(bytes)),
            Self::Expression(sql) => format!("({sql}"),
        }
    }
}

impl From<&RowValue> for Value {
    fn from(value: &RowValue) -> Self {
        match value {
            RowValue::Null => Self::Null,
            RowValue::Boolean(truth) => Self::Boolean(*truth),
            RowValue::Number(number) => Self::Number(number.clone()),
            RowValue::Text(text) => Self::Text(text.clone()),
            RowValue::Bytes(digits) => {
                let pairs = digits.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
                Self::Bytes(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect())
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
