//! Printing: the two streams, colour on terminals, and no other control sequences.
//!
//! Must not know the texts.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::arguments::Color;
use super::{log_format, suggestion};

static COLOURS: OnceLock<Colours> = OnceLock::new();

#[derive(Clone, Copy, Default)]
struct Colours {
    stdout: bool,
    stderr: bool,
}

/// Decides once, at the start, which stream is coloured.
pub(super) fn choose_colours(color: Color) {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let decide = |terminal: bool| match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !unwanted,
    };
    let _ = COLOURS.set(Colours {
        stdout: decide(std::io::stdout().is_terminal()),
        stderr: decide(std::io::stderr().is_terminal()) && !log_format::is_json(),
    });
}

/// Whether stderr is coloured.
pub(super) fn stderr_is_coloured() -> bool {
    COLOURS.get().copied().unwrap_or_default().stderr
}

/// Whether stderr is a terminal on which lines may be drawn and questions asked, and no stream of JSON.
pub(super) fn stderr_is_terminal() -> bool {
    std::io::stderr().is_terminal() && !log_format::is_json()
}

/// A colour, by meaning.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// Added, success.
    Green,
    /// Removed, error.
    Red,
    /// Changed, warning.
    Yellow,
    /// A heading.
    Bold,
    /// Secondary.
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
    if wanted { format!("{BEGIN}{}m{text}{END}", ink.code()) } else { text.to_string() }
}

/// Placeholders for the start and end sequences of a colour until a stream is written to, so that no other sequence
/// gets through.
const BEGIN: char = '\u{f5e0}';
const END: char = '\u{f5e1}';

/// Text that is safe to show: colours are inserted, and other control sequences and bidirectional controls are escaped.
/// The text may come from a table's name, from a history, or from a server.
fn shown(text: &str, is_coloured: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            BEGIN if is_coloured => shown.push_str("\u{1b}["),
            END if is_coloured => shown.push_str("\u{1b}[0m"),
            '\n' | '\t' => shown.push(letter),
            _ if steers(letter) => shown.extend(letter.escape_default()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// Whether a character is a control character.
fn steers(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns || matches!(letter, '\u{2028}' | '\u{2029}' | BEGIN | END)
}

/// The text of a file, safe to show, with the same length in characters, so that positions stay valid.
pub(super) fn source(text: &str) -> String {
    let letter = |letter: char| match letter.len_utf8() {
        _ if matches!(letter, '\n' | '\t') || !steers(letter) => letter,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    text.replace("\r\n", " \n").chars().map(letter).collect()
}

/// Writes to stdout: the human-readable result. A closed pipe is not an error.
pub(super) fn result(text: &str) {
    write(&shown(&suggestion::completed(text), COLOURS.get().copied().unwrap_or_default().stdout));
}

/// Writes to stdout: the exact result for programs and files. Only a terminal gets the safe form.
pub(super) fn exact(text: &str) {
    match std::io::stdout().is_terminal() {
        true => write(&shown(text, false)),
        false => write(text),
    }
}

fn write(text: &str) {
    super::phases::aside(|| {
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    });
}

/// Shows the prompt for an answer.
pub(super) fn prompt(text: &str) {
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// One line of text, safe to show, without colours.
pub(super) fn line(text: &str) -> String {
    shown(text.lines().next().unwrap_or_default(), false)
}

/// Writes a message to stderr. A note is written once.
pub(super) fn talk(line: impl Display) {
    static NOTES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = line.to_string();
    let line = shown(&short(&suggestion::completed(&line)), stderr_is_coloured());
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    if !line.starts_with("note: ") || notes.insert(line.clone()) {
        match log_format::is_json() {
            true => log_format::message(&line),
            false => {
                let _ = super::phases::aside(|| writeln!(std::io::stderr().lock(), "{line}"));
            }
        }
    }
}

/// The maximum length of a line in messages, in characters. A name or a statement may be arbitrarily long.
const LONGEST: usize = 2_000;

/// Every line, truncated to the maximum.
fn short(text: &str) -> Cow<'_, str> {
    let is_long = |line: &str| line.len() > LONGEST && line.chars().nth(LONGEST).is_some();
    if !text.split('\n').any(is_long) {
        return Cow::Borrowed(text);
    }
    let cut = |line: &str| match line.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let (shown, rest) = line.split_at(end);
            format!("{shown}… and {} more letters", rest.chars().count())
        }
        None => line.to_owned(),
    };
    Cow::Owned(text.split('\n').map(cut).collect::<Vec<_>>().join("\n"))
}

/// Writes to stderr a text that is already painted and safe to show.
pub(super) fn painted(text: &str) {
    if log_format::is_json() {
        return log_format::message(text);
    }
    let _ = super::phases::aside(|| writeln!(std::io::stderr().lock(), "{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_spelled_out() {
        let evil = "a\u{1b}]8;;http://x\u{7}b\u{9b}31mc\r\u{202e}d\u{f5e0}31m";
        let harmless = r"a\u{1b}]8;;http://x\u{7}b\u{9b}31mc\r\u{202e}d\u{f5e0}31m";
        assert_eq!(shown(evil, false), harmless);
        assert_eq!(shown("é\tü\n", false), "é\tü\n");
        let red = coloured(true, Ink::Red, "x\u{1b}[2J");
        assert_eq!(shown(&red, true), "\u{1b}[31mx\\u{1b}[2J\u{1b}[0m");
    }

    #[test]
    fn nobody_reads_a_line_of_megabytes() {
        let long = format!("a\n{}\nb", "é".repeat(LONGEST + 3));
        assert_eq!(short(&long), format!("a\n{}… and 3 more letters\nb", "é".repeat(LONGEST)));
        assert_eq!(short(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
    }

    #[test]
    fn places_in_a_source_stay_where_they_are() {
        let text = "a\u{1b}b\u{9b}c\u{202e}d\r\n";
        assert_eq!(source(text), "a?b¿c\u{fffd}d \n");
        assert_eq!(source(text).len(), text.len());
    }
}
