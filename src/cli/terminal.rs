//! The terminal as a listener: remarks go to stderr, questions are asked where somebody is there to answer.
//!
//! Must not know which job has something to say.

use std::io::{BufRead as _, IsTerminal as _};
use std::sync::Arc;

use sea_gen_runner::Error;

use crate::workflow::{Listener, Open};

use super::arguments::Common;
use super::paint;

/// The terminal, or what is in its place.
pub(super) struct Terminal;

impl Listener for Terminal {
    fn note(&self, text: &str) {
        paint::talk(text);
    }

    fn agrees(&self, what: &str, question: &str) -> Result<bool, Error> {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Ok(false);
        }
        paint::talk(what);
        paint::prompt(&format!("{question} [y/N] "));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.map_err(|error| Error::new("cannot read the answer").because(error))?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}

impl From<&Common> for Open {
    fn from(common: &Common) -> Self {
        let Common { database_url, project, run_cargo } = common;
        Self {
            folder: project.clone(),
            database_url: database_url.clone(),
            run_cargo: *run_cargo,
            listener: Arc::new(Terminal),
        }
    }
}
