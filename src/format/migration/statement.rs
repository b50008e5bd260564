//! One statement of a migration, and how it is sent.
//!
//! Must not know what the statement does.

use serde::Serialize;
use serde_json::json;

use crate::{Product, sql};

use super::{BATCHES, CHECK, REPEATABLE, RUST, STEP};

/// One SQL statement, without a final semicolon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The text. May span lines.
    pub sql: String,
    /// Whether it may run inside a transaction.
    pub transactional: bool,
    /// Whether its author says that sending it twice does no more than sending it once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeatable: bool,
    /// A remark for the reader, written as a comment above the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its role.
    #[serde(skip_serializing_if = "Role::is_change")]
    pub role: Role,
    /// The name of the step it begins: earlier statements are committed before it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Its line in the file it was read from.
    #[serde(skip)]
    pub line: LineNumber,
}

/// The line of a file on which something begins, if it was read from one. It is not part of the content, so it is never
/// compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineNumber(pub Option<usize>);

impl PartialEq for LineNumber {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LineNumber {}

/// The role of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It changes something.
    #[default]
    Change,
    /// It is a query, and the migration stops if its first value is not 0. The text names the rows that must not exist.
    Check(String),
    /// It changes some rows at a time, and is sent again until it changes none; outside any transaction.
    Batches,
    /// It changes rows of one table, and is sent for some of them at a time, in the order of this column, which is unique and never
    /// NULL; each time in a transaction of its own.
    BatchesBy(String),
    /// A function of the program runs. In batches it runs again until it changes no row, each time in a transaction of its own.
    Rust {
        /// The name of the function.
        name: String,
        /// Whether it runs in batches.
        batches: bool,
    },
}

impl Role {
    fn is_change(&self) -> bool {
        *self == Self::Change
    }
}

impl Statement {
    /// A statement that may run inside a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            transactional: true,
            repeatable: false,
            note: None,
            role: Role::Change,
            step: None,
            line: LineNumber(None),
        }
    }

    /// A query whose first value must be 0, or that returns no row: `message` names the rows that must not exist, on one line.
    pub fn check(sql: impl Into<String>, message: impl Into<String>) -> Self {
        Self { role: Role::Check(message.into()), ..Self::new(sql) }
    }

    /// A statement that changes some rows at a time, to be sent again until it changes none.
    pub fn batches(sql: impl Into<String>) -> Self {
        Self { role: Role::Batches, transactional: false, ..Self::new(sql) }
    }

    /// A statement on the rows of one table, to be sent for some of them at a time, in the order of a column.
    pub fn batches_by(sql: impl Into<String>, key: impl Into<String>) -> Self {
        Self { role: Role::BatchesBy(key.into()), transactional: false, ..Self::new(sql) }
    }

    /// A function of the program. Its text is the comment that stands for it in the file.
    pub fn rust(name: &str, batches: bool) -> Self {
        let sql = if batches { format!("-- gen: {RUST} {name} {BATCHES}") } else { format!("-- gen: {RUST} {name}") };
        Self { role: Role::Rust { name: name.to_owned(), batches }, transactional: !batches, ..Self::new(sql) }
    }

    /// What counts for the checksum of a migration: the text without comments, and how it is sent.
    pub(super) fn significant(&self, product: Product) -> serde_json::Value {
        let mut parts = vec![json!(self.transactional), json!(sql::significant(product, &self.sql))];
        match &self.role {
            Role::Change => {}
            Role::Check(_) => parts.push(json!(CHECK)),
            Role::Batches => parts.push(json!(BATCHES)),
            Role::BatchesBy(key) => parts.push(json!([BATCHES, key])),
            Role::Rust { name, batches } => parts.push(json!([RUST, name, batches])),
        }
        parts.extend(self.repeatable.then(|| json!(REPEATABLE)));
        parts.extend(self.step.is_some().then(|| json!(STEP)));
        serde_json::Value::Array(parts)
    }

    /// The same statement with a remark.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}
