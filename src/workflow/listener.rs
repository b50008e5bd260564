//! Who hears what a job has to say while it works, and who is asked.
//!
//! Must not know terminals: the command line has a listener that does.

use sea_gen_runner::Error;

use crate::entity::{Diagnostic, SourceFile};
use crate::state::Question;

/// Who hears what a job has to say while it works, and who is asked. [`Silent`] hears nothing and agrees to nothing.
pub trait Listener: Send + Sync {
    /// Hears a remark, as a rule one line, that is no part of the result.
    fn note(&self, text: &str);

    /// Hears what the reader of the entities has to say: warnings, each about a place in one of the files.
    fn diagnostics(&self, diagnostics: &[Diagnostic], files: &[SourceFile]);

    /// Is asked whether something new is one of the things that go, under a new name.
    ///
    /// # Errors
    /// The answer cannot be had.
    fn choose(&self, question: &Question) -> Result<Choice, Error>;

    /// Is asked whether to do something: what it is, and the question itself.
    ///
    /// # Errors
    /// The answer cannot be had.
    fn agrees(&self, what: &str, question: &str) -> Result<bool, Error>;
}

/// The answer to a question about what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Nobody is there to answer.
    Unanswered,
    /// It is new.
    New,
    /// It is the candidate at this place, from 0, under a new name.
    Was(usize),
}

/// Nobody.
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
