//! Printing: the two streams, and colour where a person looks at it.
//!
//! Must not know what is said.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use super::arguments::Color;

static COLOURS: OnceLock<Colours> = OnceLock::new();

#[derive(Clone, Copy, Default)]
struct Colours {
    stdout: bool,
    stderr: bool,
}

/// Decides once, at the start, which stream is coloured.
pub(super) fn settle(color: Color) {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let decide = |terminal: bool| match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !unwanted,
    };
    let _ = COLOURS.set(Colours {
        stdout: decide(std::io::stdout().is_terminal()),
        stderr: decide(std::io::stderr().is_terminal()),
    });
}

/// Whether stderr is coloured.
pub(super) fn stderr_is_coloured() -> bool {
    COLOURS.get().copied().unwrap_or_default().stderr
}

/// A colour, by what it says.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// Comes, is well.
    Green,
    /// Goes, is wrong.
    Red,
    /// Changes, needs attention.
    Yellow,
    /// A heading.
    Bold,
    /// An aside.
    Dim,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Green => "32",
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Bold => "1",
            Self::Dim => "2",
        }
    }
}

/// Text in a colour, for stdout.
pub(super) fn ink(ink: Ink, text: impl Display) -> String {
    coloured(COLOURS.get().copied().unwrap_or_default().stdout, ink, text)
}

/// Text in a colour, for stderr.
pub(super) fn ink_talk(ink: Ink, text: impl Display) -> String {
    coloured(stderr_is_coloured(), ink, text)
}

fn coloured(wanted: bool, ink: Ink, text: impl Display) -> String {
    if wanted { format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()) } else { text.to_string() }
}

/// Writes to stdout: the result. A closed pipe is the reader's way of saying that it has had enough.
pub(super) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Shows where an answer is typed.
pub(super) fn prompt(text: &str) {
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Writes a line to stderr: the talk.
pub(super) fn talk(line: impl Display) {
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "{line}");
}
