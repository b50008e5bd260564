//! The terminal as a listener: messages go to stderr, questions are asked if it is interactive.
//!
//! Must not know the jobs.

use std::io::{BufRead as _, IsTerminal as _};
use std::sync::Arc;

use sea_gen_runner::Error;
use sea_gen_runner::hook::Event;

use crate::entity::{Diagnostic, SourceFile};
use crate::project::NamedDatabase;
use crate::state::Question;
use crate::workflow::{Choice, Listener, Open};

use super::arguments::Common;
use super::paint::{self, Ink};
use super::{log_format, phases, report};

/// The terminal, or its redirection.
pub(super) struct Terminal;

impl Listener for Terminal {
    fn note(&self, text: &str) {
        paint::talk(text);
    }

    fn hook_says(&self, event: Event, line: &str) {
        match log_format::is_json() {
            true => log_format::hook_says(event, line),
            false => paint::talk(line),
        }
    }

    fn begins(&self, what: &str) {
        phases::begins(what);
    }

    fn ends(&self, what: &str) {
        phases::ends(what);
    }

    fn diagnostics(&self, diagnostics: &[Diagnostic], files: &[SourceFile]) {
        report::show_diagnostics(diagnostics, files);
    }

    fn choose(&self, question: &Question) -> Result<Choice, Error> {
        if !is_interactive() {
            return Ok(Choice::Unanswered);
        }
        paint::talk(format!(
            "{} {} is new. Was it renamed from one of these?",
            paint::ink_talk(Ink::Yellow, "?"),
            question.subject
        ));
        for (number, candidate) in (1..).zip(&question.candidates) {
            let because = candidate.because.join(", ");
            paint::talk(format!("  {number}  {}  ({} %: {because})", candidate.from, candidate.likeness));
        }
        paint::talk("  n  none of these: it is new, and the old one is dropped");
        loop {
            let Some(line) = answer("> ")? else { return Ok(Choice::Unanswered) };
            let chosen = line.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            match (line.trim(), chosen.filter(|index| *index < question.candidates.len())) {
                ("n", _) => return Ok(Choice::New),
                (_, Some(index)) => return Ok(Choice::Was(index)),
                _ => paint::talk(format!("a number from 1 to {}, or n", question.candidates.len())),
            }
        }
    }

    fn text(&self, question: &str) -> Result<Option<String>, Error> {
        if !is_interactive() {
            return Ok(None);
        }
        Ok(answer(question)?.map(|line| line.trim().to_owned()))
    }

    fn agrees(&self, what: &str, question: &str) -> Result<bool, Error> {
        if !is_interactive() {
            return Ok(false);
        }
        paint::talk(what);
        let answer = answer(&format!("{question} [y/N] "))?.unwrap_or_default();
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}

/// Whether it is interactive.
fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && paint::stderr_is_terminal()
}

/// The next line of input; `None` at its end.
fn answer(prompt: &str) -> Result<Option<String>, Error> {
    paint::prompt(prompt);
    let mut line = String::new();
    let length = std::io::stdin().lock().read_line(&mut line);
    let length = length.map_err(|error| Error::new("cannot read the answer").because(error))?;
    Ok((length > 0).then_some(line))
}

impl From<&Common> for Open {
    fn from(common: &Common) -> Self {
        let Common { database_url, env, yes_protected, project, run_cargo } = common;
        Self {
            folder: project.clone(),
            database: NamedDatabase { environment: env.clone(), url: database_url.first().cloned() },
            confirmed: yes_protected.clone(),
            run_cargo: *run_cargo,
            listener: Arc::new(Terminal),
        }
    }
}
