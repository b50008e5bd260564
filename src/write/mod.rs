//! Migration files: their text, and reading it back.
//!
//! Must not know how statements are found or run.

use crate::dialect::{Product, Statement};
use crate::project::MigrationId;

/// One migration for one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its id.
    pub id: MigrationId,
    /// The product it is written for.
    pub product: Product,
    /// The fingerprint of the schema it starts from; `None` in a file written by hand.
    pub from: Option<String>,
    /// The fingerprint of the schema it leads to; `None` in a file written by hand.
    pub to: Option<String>,
    /// The statements that lead from one to the other.
    pub up: Vec<Statement>,
    /// The statements that lead back.
    pub down: Vec<Statement>,
}
