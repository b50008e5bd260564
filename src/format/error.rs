//! The error of the runner and of everything built on it: what failed, where, why, and hints.
//!
//! Must not know who prints it.

use std::fmt;

/// An error. Its text says what failed and where, [`source`](std::error::Error::source) is the reason, [`Error::hints`] are
/// remedies, and [`Error::kind`] lets a program distinguish errors.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hints: Vec<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can fail for a reason worth telling.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an error, for programs that react to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Another runner holds the lock, and did not let go of it in time. Nothing was changed: try again later.
    Busy,
    /// The file of a migration that is applied, or sealed in the lock file, was changed.
    Changed,
    /// The file of a migration that is applied, or sealed in the lock file, is missing.
    Missing,
    /// A migration is pending although a newer one is applied, or does not follow the one before it.
    OutOfOrder,
    /// Migrations are applied that are newer than the program and not part of it.
    Ahead,
    /// A migration is partially applied or reverted: a previous run was interrupted, or failed where nothing could be rolled
    /// back.
    Interrupted,
    /// The migrations cannot run here or in this direction: written for another product, irreversible, or missing.
    Refused,
    /// A statement failed.
    Failed {
        /// The migration.
        id: String,
        /// The statement's number, from 1; `None` where it was none of the migration's own.
        statement: Option<usize>,
    },
    /// The database cannot be reached, or the user lacks a privilege that running needs.
    Database,
    /// Any other error.
    #[default]
    Other,
}

impl Error {
    /// What went wrong and where, in lower case and without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Other, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Says what kind of error it is.
    #[must_use]
    pub fn of(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Adds a remedy; a command is in backticks so that it can be pasted.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the reason.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The remedies, most likely first.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
