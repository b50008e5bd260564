//! Why a job failed.
//!
//! Must not know how it is reported.

use std::fmt;

use sea_gen_runner::Error;

use crate::dialect::Unsupported;
use crate::entity::{Diagnostic, Severity, SourceFile};

use super::text::plural;

/// Why a job failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// An error.
    Error(Error),
    /// The entities cannot be read: the diagnostics, and the files they are about.
    Entities(Vec<Diagnostic>, Vec<SourceFile>),
    /// Unanswered questions: as JSON to be filled in, and the error that lists them.
    Unanswered(String, Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) | Self::Unanswered(_, error) => error.fmt(formatter),
            Self::Entities(diagnostics, _) => {
                let errors = || diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
                write!(formatter, "the entities have {}", plural(errors().count(), "error"))?;
                match errors().next() {
                    Some(Diagnostic { file, message, .. }) => write!(formatter, ": {}: {message}", file.display()),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Error(error) | Self::Unanswered(_, error) => error.source(),
            Self::Entities(..) => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Unsupported> for Failure {
    fn from(unsupported: Unsupported) -> Self {
        Self::Error(unsupported.into())
    }
}
