//! Who hears what a job has to say while it works, and who is asked.
//!
//! Must not know terminals: the command line has a listener that does.

use sea_gen_runner::Error;

/// Who hears what a job has to say while it works, and who is asked. [`Silent`] hears nothing and agrees to nothing.
pub trait Listener: Send + Sync {
    /// Hears a remark, as a rule one line, that is no part of the result.
    fn note(&self, text: &str);

    /// Is asked whether to do something: what it is, and the question itself.
    ///
    /// # Errors
    /// The answer cannot be had.
    fn agrees(&self, what: &str, question: &str) -> Result<bool, Error>;
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn note(&self, _: &str) {}

    fn agrees(&self, _: &str, _: &str) -> Result<bool, Error> {
        Ok(false)
    }
}
