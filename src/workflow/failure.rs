//! Why a job did not come to its end.
//!
//! Must not know how it is shown.

use sea_gen_runner::Error;

use crate::dialect::Unsupported;
use crate::entity::{Diagnostic, SourceFile};

/// Why a job did not come to its end.
#[derive(Debug)]
pub enum Failure {
    /// Something went wrong.
    Error(Error),
    /// The entities cannot be read: what is wrong with them, and the files it is wrong in.
    Entities(Vec<Diagnostic>, Vec<SourceFile>),
    /// Questions are left open: they as JSON, to be filled in, and the error that lists them.
    Unanswered(String, Error),
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
