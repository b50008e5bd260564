//! A change of a schema as it is reviewed: what changes, what is at stake, and what each statement does to others.
//!
//! Must not know how it is shown, or where the schemas and the migrations come from.

mod change;
mod html;
mod markdown;
mod picture;
mod words;

use serde::Serialize;

pub use change::{ChangeLine, TableChange, changes};
pub use html::review_html;
pub use markdown::review_markdown;
pub use picture::{Picture, PictureField, PictureLink, PictureTable, picture};
pub use words::summary;

/// A review.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// The name of the project.
    pub title: String,
    /// What the change is compared with, in words: `origin/main (1a2b3c4)`.
    pub base: String,
    /// The change for each product of the project.
    pub dialects: Vec<DialectReview>,
}

/// A change for one product.
#[derive(Clone, Debug, Serialize)]
pub struct DialectReview {
    /// The key of the product.
    pub dialect: &'static str,
    /// The name of the product.
    pub product: String,
    /// The change in up to three sentences.
    pub summary: Vec<String>,
    /// What the migrations destroy, with the number of rows or values if a database was asked.
    pub at_stake: Vec<String>,
    /// The change, by table.
    pub changes: Vec<TableChange>,
    /// The changed tables and their neighbours.
    pub diagram: Picture,
    /// The migrations, in the order in which they are applied.
    pub migrations: Vec<MigrationReview>,
    /// Why the change is not known, if only the statements are.
    pub unknown: Option<String>,
}

/// How an object differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It is new.
    Added,
    /// It is removed.
    Removed,
    /// It changes.
    Altered,
    /// It has another name.
    Renamed,
}

impl Mark {
    /// The name by which styles and data know it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Altered => "altered",
            Self::Renamed => "renamed",
        }
    }

    /// The sign that tells it without colour.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "−",
            Self::Altered => "~",
            Self::Renamed => "→",
        }
    }
}

/// A migration.
#[derive(Clone, Debug, Serialize)]
pub struct MigrationReview {
    /// Its id.
    pub id: String,
    /// Its file, from the root of the project.
    pub file: String,
    /// Whether the base has it with other statements.
    pub edited: bool,
    /// Its proof.
    pub proof: ProofState,
    /// The statements that apply it.
    pub up: Vec<StatementReview>,
    /// The statements that revert it.
    pub down: Vec<StatementReview>,
    /// Findings about the file as a whole.
    pub findings: Vec<Remark>,
}

/// What the lock says of the proof of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state", content = "engine")]
pub enum ProofState {
    /// It ran up, down and up again, on this database.
    Proven(String),
    /// It failed.
    Refuted,
    /// It was not run.
    Unproven,
    /// It is not sealed, or was edited after it was sealed.
    Unsealed,
}

impl ProofState {
    /// In words.
    pub(in super::super) fn said(&self) -> String {
        match self {
            Self::Proven(engine) => format!("proven on {engine}: up, down, up"),
            Self::Refuted => "refuted".to_owned(),
            Self::Unproven => "unproven".to_owned(),
            Self::Unsealed => "not sealed".to_owned(),
        }
    }
}

/// A statement of a migration.
#[derive(Clone, Debug, Serialize)]
pub struct StatementReview {
    /// Its text.
    pub sql: String,
    /// Its line in the file, from 1.
    pub line: Option<usize>,
    /// The comment above it.
    pub note: Option<String>,
    /// How it runs, if not in the transaction of the statements before it.
    pub runs: Option<&'static str>,
    /// What it locks of tables that existed before.
    pub locks: Vec<LockNote>,
    /// Findings about it.
    pub findings: Vec<Remark>,
}

/// What a statement locks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockNote {
    /// The table.
    pub table: String,
    /// The lock, by the database's own name.
    pub lock: String,
    /// Who waits.
    pub blocks: &'static str,
    /// How long.
    pub time: &'static str,
    /// Whether the time grows with the number of rows.
    pub grows: bool,
}

/// A finding of the lint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The rule.
    pub rule: &'static str,
    /// `info`, `warning` or `danger`.
    pub level: &'static str,
    /// What is found.
    pub message: String,
    /// Why it is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// The reason why it is allowed, if it is.
    pub allowed: Option<String>,
}
