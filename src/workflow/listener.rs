//! Messages and questions of a running job.
//!
//! Must not know terminals: the command line implements a listener for them.

use sea_gen_runner::Error;

use crate::entity::{Diagnostic, SourceFile};
use crate::state::Question;

/// Receives the messages of a running job, and answers its questions. [`Silent`] ignores messages and confirms nothing.
pub trait Listener: Send + Sync {
    /// Receives a message, usually one line, that is not part of the result.
    fn note(&self, text: &str);

    /// Receives the warnings of the entity reader, each about a location in one of the files.
    fn diagnostics(&self, diagnostics: &[Diagnostic], files: &[SourceFile]);

    /// Asks whether a new object is a renamed one.
    ///
    /// # Errors
    /// The answer cannot be read.
    fn choose(&self, question: &Question) -> Result<Choice, Error>;

    /// Asks for confirmation: the facts, and the question.
    ///
    /// # Errors
    /// The answer cannot be read.
    fn agrees(&self, what: &str, question: &str) -> Result<bool, Error>;
}

/// The answer to a question about a new object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// No answer: not interactive.
    Unanswered,
    /// It is new.
    New,
    /// It is the candidate at this index, renamed.
    Was(usize),
}

/// A listener that ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn note(&self, _: &str) {}

    fn diagnostics(&self, _: &[Diagnostic], _: &[SourceFile]) {}

    fn choose(&self, _: &Question) -> Result<Choice, Error> {
        Ok(Choice::Unanswered)
    }

    fn agrees(&self, _: &str, _: &str) -> Result<bool, Error> {
        Ok(false)
    }
}
