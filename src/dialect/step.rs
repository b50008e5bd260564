//! Steps and statements: what lowering makes of operations, and what rendering makes of steps.
//!
//! Must not know which database takes which step.

use serde::Serialize;

use crate::plan::Op;
use crate::schema::{Change, EnumType, Name, ObjectName, Table};

/// Something one database can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An operation the database does as it stands.
    Direct(Op),
    /// An operation the database does as it stands, but outside any transaction (PostgreSQL: an enum value that the rest of
    /// the plan already uses, an index built concurrently).
    Apart(Op),
    /// Several operations on one table that the database does in one `ALTER TABLE` (MySQL and MariaDB).
    Together(ObjectName, Vec<Op>),
    /// A table made anew with its rows copied over, where the database cannot alter it in place (SQLite).
    Rebuild(Box<Rebuild>),
    /// An enum type replaced by a new one of the same name, where values cannot be removed (PostgreSQL). The columns are
    /// all that have the type, as they are before, with their tables.
    SwapEnum(Change<EnumType>, Vec<(ObjectName, crate::schema::Column)>),
    /// Several operations on one table in one `ALTER TABLE` that says by which algorithm they are done (MySQL and MariaDB).
    Online(ObjectName, Vec<Op>, Online),
    /// Rows that are there are checked against a constraint that was added without doing so, outside the transaction that
    /// added it, because that one holds a stronger lock (PostgreSQL).
    Validate(ObjectName, Name),
    /// A key made of the index of the same name, which was built before (PostgreSQL).
    Attach(Op),
}

/// How a server is told to alter a table, or to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Online {
    /// By which algorithm.
    pub algorithm: &'static str,
    /// Who has to wait: empty to leave that to the server.
    pub lock: &'static str,
    /// Whether every row is written anew while writers wait.
    pub copies: bool,
}

/// A table made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// The whole table as it is, foreign keys, indexes and triggers included.
    pub from: Table,
    /// The whole table as it will be.
    pub to: Table,
}

/// One SQL statement, without a final semicolon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The text. May span lines.
    pub sql: String,
    /// Whether it may run inside a transaction.
    pub transactional: bool,
    /// A remark for the reader, written as a comment above the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Statement {
    /// A statement that may run inside a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), transactional: true, note: None }
    }

    /// The same statement with a remark.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}
