//! Messages and questions of a running job.
//!
//! Must not know terminals: the command line implements a listener for them.

use std::sync::Arc;

use sea_gen_runner::Error;
use sea_gen_runner::hook::Event;

use crate::entity::{Diagnostic, SourceFile};
use crate::state::Question;

/// Receives the messages of a running job, and answers its questions. [`Silent`] ignores messages and confirms nothing.
pub trait Listener: Send + Sync {
    /// Receives a message, usually one line, that is not part of the result.
    fn note(&self, text: &str);

    /// Receives a line that the command of a hook has printed.
    fn hook_says(&self, event: Event, line: &str);

    /// Receives the name of work that begins and may take longer than a moment, such as `reading the database`.
    fn begins(&self, what: &str);

    /// Receives the name of work that ended.
    fn ends(&self, what: &str);

    /// Receives the warnings of the entity reader, each about a location in one of the files.
    fn diagnostics(&self, diagnostics: &[Diagnostic], files: &[SourceFile]);

    /// Asks whether a new object is a renamed one.
    ///
    /// # Errors
    /// The answer cannot be read.
    fn choose(&self, question: &Question) -> Result<Choice, Error>;

    /// Asks for a text; `None` where nobody is asked.
    ///
    /// # Errors
    /// The answer cannot be read.
    fn text(&self, question: &str) -> Result<Option<String>, Error>;

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

/// Work that may take longer than a moment; it ends when this value is dropped.
pub(super) struct Phase {
    listener: Arc<dyn Listener>,
    what: String,
}

impl Phase {
    pub(super) fn begin(listener: &Arc<dyn Listener>, what: impl Into<String>) -> Self {
        let phase = Self { listener: Arc::clone(listener), what: what.into() };
        phase.listener.begins(&phase.what);
        phase
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        self.listener.ends(&self.what);
    }
}

/// A listener that ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn note(&self, _: &str) {}

    fn hook_says(&self, _: Event, _: &str) {}

    fn begins(&self, _: &str) {}

    fn ends(&self, _: &str) {}

    fn diagnostics(&self, _: &[Diagnostic], _: &[SourceFile]) {}

    fn choose(&self, _: &Question) -> Result<Choice, Error> {
        Ok(Choice::Unanswered)
    }

    fn text(&self, _: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    fn agrees(&self, _: &str, _: &str) -> Result<bool, Error> {
        Ok(false)
    }
}
