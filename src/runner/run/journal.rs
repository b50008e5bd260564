//! The journal of a migration that is not one transaction: how far it got, and what is needed to go on after a crash.
//!
//! It is written to the history before each statement outside a transaction is sent. Must not know how a statement is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::migration;
use crate::{Product, Statement};

use super::apply::checks;
use super::definers::DefinerRights;
use super::probe::Descriptions;

/// How far a run got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    /// The checksum of the statements that are done: the rest of the file may be corrected.
    pub(super) done: String,
    /// How many checks the migration begins with. As long as no other statement is done, it begins with them again.
    #[serde(default)]
    pub(super) checks: usize,
    /// The statement that was sent, or was about to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<Sent>,
    /// Definers and grants of objects that are dropped and created again (MySQL and MariaDB), by kind and name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) rights: BTreeMap<String, DefinerRights>,
    /// Statements that give privileges back, which PostgreSQL keeps in a setting of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) setting: Option<String>,
}

/// A statement that was sent, or was about to be sent. Its text may contain a password, so it is kept only where it is read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// Its checksum.
    pub(super) statement: String,
    /// Its text, if the catalog tells whether it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sql: Option<String>,
    /// The objects it changes, as the catalog described them before; `None` if that cannot tell whether it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Descriptions>,
    /// Statements to send after it, each of which may be refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) after: Vec<String>,
    /// The key up to which its rows are done, if it is sent in portions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    /// Whether it changes a table without transactions in portions, so that the key may be behind the rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) exposed: bool,
    /// Whether the database refused it, and may have done a part of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) refused: bool,
}

impl Sent {
    /// A statement of which nothing but the statement itself is known.
    pub(super) fn of(product: Product, statement: &Statement) -> Self {
        Self { statement: migration::checksum(product, std::slice::from_ref(statement)), ..Self::default() }
    }

    /// Whether it is this statement.
    pub(super) fn is(&self, product: Product, statement: &Statement) -> bool {
        self.statement == Self::of(product, statement).statement
    }
}

impl Journal {
    /// The journal of a migration of which the first statements are done.
    pub(super) fn new(product: Product, statements: &[Statement], done: usize) -> Self {
        let done = checksum(product, statements, done);
        Self { done, checks: checks(statements), ..Self::default() }
    }

    /// Its text in the history.
    pub(super) fn text(&self) -> String {
        // A value of texts and lists can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The checksum of the first statements of a migration.
pub(super) fn checksum(product: Product, statements: &[Statement], count: usize) -> String {
    migration::checksum(product, statements.get(..count).unwrap_or(statements))
}
