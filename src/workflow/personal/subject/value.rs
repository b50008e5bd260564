//! The values of a row as a reader understands them, and as they are compared: a UUID as its text, bytes as hexadecimal digits.
//!
//! Must not know which rows are read.

use sea_gen_runner::session::Row;
use sea_gen_runner::{Error, sql};

use crate::dialect::domain::{Domain, domain};
use crate::dialect::{self, Product};
use crate::plan::type_name;
use crate::schema::{Column, Schema, Table};

/// The value of a column in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportedValue {
    /// NULL.
    Null,
    /// A value as text.
    Text(String),
    /// Bytes, as hexadecimal digits.
    Hex(String),
}

/// A column whose values are read or compared.
pub(super) struct Read<'s> {
    product: Product,
    table: &'s Table,
    pub(super) column: &'s Column,
    domain: Domain,
}

impl<'s> Read<'s> {
    pub(super) fn of(product: Product, schema: &Schema, table: &'s Table, column: &'s Column) -> Self {
        let domain = match domain(product, schema, column) {
            // MySQL has no type for UUIDs: SeaORM stores them in 16 bytes.
            Domain::Bytes(Some(16), true) if matches!(product, Product::MySql | Product::MariaDb) => Domain::Uuid,
            domain => domain,
        };
        Self { product, table, column, domain }
    }

    fn name(&self) -> String {
        dialect::of(self.product).quote(&self.column.name)
    }

    fn is_bytes(&self) -> bool {
        match self.product {
            Product::MySql | Product::MariaDb => {
                type_name(&self.column.data_type).to_lowercase().contains("binary")
                    || matches!(self.domain, Domain::Bytes(..))
            }
            Product::Postgres | Product::Sqlite => matches!(self.domain, Domain::Bytes(..)),
        }
    }

    /// Two expressions: the value as text, and if it is bytes, those as hexadecimal digits; one of them is NULL.
    pub(super) fn expressions(&self) -> [String; 2] {
        let name = self.name();
        match self.product {
            Product::Postgres if self.is_bytes() => ["NULL::text".to_owned(), format!("encode({name}, 'hex')")],
            Product::Postgres => [format!("{name}::text"), "NULL::text".to_owned()],
            // Every value of SQLite has a type of its own.
            Product::Sqlite => [
                format!("CASE WHEN typeof({name}) <> 'blob' THEN CAST({name} AS TEXT) END"),
                format!("CASE WHEN typeof({name}) = 'blob' THEN hex({name}) END"),
            ],
            Product::MySql | Product::MariaDb if self.is_bytes() => ["NULL".to_owned(), format!("HEX({name})")],
            Product::MySql | Product::MariaDb => {
                let text = match &self.domain {
                    Domain::Bits(..) => format!("CAST({name} + 0 AS CHAR)"),
                    Domain::Expressions(_) => format!("ST_AsText({name})"),
                    Domain::Vector(..) if self.product == Product::MySql => format!("VECTOR_TO_STRING({name})"),
                    Domain::Vector(..) => format!("VEC_ToText({name})"),
                    _ => format!("CAST({name} AS CHAR)"),
                };
                [text, "NULL".to_owned()]
            }
        }
    }

    /// The value that the two expressions have from this position on.
    pub(super) fn value(&self, row: Row<'_>, at: usize) -> ExportedValue {
        match (row.get(at), row.get(at + 1)) {
            (Some(text), _) => ExportedValue::Text(text.to_owned()),
            (None, Some(digits)) => match uuid(digits).filter(|_| self.domain == Domain::Uuid) {
                Some(uuid) => ExportedValue::Text(uuid),
                None => ExportedValue::Hex(digits.to_lowercase()),
            },
            (None, None) => ExportedValue::Null,
        }
    }

    /// The condition that the column has a value. It is compared as a value of the column's type, so that no part of it, and nothing that is
    /// merely converted to it, is taken for it.
    ///
    /// # Errors
    /// The text is no value of the type.
    pub(super) fn equals(&self, text: &str) -> Result<String, Error> {
        let (name, literal) = (self.name(), sql::literal(self.product, text));
        let refused = |what: &str| {
            let (table, column) = (&self.table.name, &self.column.name);
            Err(Error::new(format!("`{table}.{column}` has {what}, and `{text}` is none")))
        };
        let is_postgres = self.product == Product::Postgres;
        match &self.domain {
            Domain::Integer { .. } | Domain::Boolean if text.parse::<i128>().is_ok() && !is_postgres => {
                Ok(format!("{name} = {text}"))
            }
            Domain::Integer { .. } if text.parse::<i128>().is_err() => refused("whole numbers"),
            Domain::Boolean if !is_postgres => refused("truth values, 0 or 1"),
            Domain::Decimal(..) | Domain::Float(_) | Domain::Year if !is_number(text) => refused("numbers"),
            Domain::Decimal(..) | Domain::Float(_) | Domain::Year if !is_postgres => Ok(format!("{name} = {text}")),
            Domain::Uuid => match (uuid(text), self.product) {
                (None, Product::Sqlite) => Ok(format!("{name} = {literal}")),
                (None, _) => refused("UUIDs"),
                (Some(_), Product::Sqlite) => Ok(format!("{name} IN ({literal}, X'{}')", digits(text))),
                (Some(uuid), _) if self.is_bytes() => Ok(format!("{name} = X'{}'", digits(&uuid))),
                (Some(uuid), product) => Ok(format!("{name} = {}", sql::literal(product, &uuid))),
            },
            Domain::Bytes(..) => match (is_hex(text), is_postgres) {
                (false, _) => refused("bytes, which are written as hexadecimal digits"),
                (true, true) => Ok(format!("{name} = decode({literal}, 'hex')")),
                (true, false) => Ok(format!("{name} = X'{text}'")),
            },
            // The server takes the literal for a value of the column's type, whole, or refuses it.
            _ => Ok(format!("{name} = {literal}")),
        }
    }

    /// Whether a collation may take other texts for the same.
    pub(super) fn is_compared_by_collation(&self) -> bool {
        matches!(self.domain, Domain::Text(_) | Domain::Choice(_) | Domain::Unknown | Domain::Samples(_))
    }
}

/// Only digits, with a sign, a point or an exponent.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite) && text.chars().all(|it| it.is_ascii_digit() || "+-.eE".contains(it))
}

fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digits(uuid: &str) -> String {
    uuid.chars().filter(|it| *it != '-').collect()
}

/// The text of a UUID from its digits, with hyphens or without.
fn uuid(text: &str) -> Option<String> {
    let digits = digits(text).to_lowercase();
    let part = |from: usize, to: usize| digits.get(from..to);
    (digits.len() == 32 && is_hex(&digits)).then_some(())?;
    Some([part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?].join("-"))
}
