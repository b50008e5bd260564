//! Printing: the two streams, colour where a person looks at it, and nothing else that steers a terminal.
//!
//! Must not know what is said.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::arguments::Color;

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
    if wanted { format!("{BEGIN}{}m{text}{END}", ink.code()) } else { text.to_string() }
}

/// Stand for the sequences that begin and end a colour until a stream is written to, so that no other sequence gets there.
const BEGIN: char = '\u{f5e0}';
const END: char = '\u{f5e1}';

/// Text as it may be shown: colours are put in, and whatever else would steer a terminal, or turn the direction in which text
/// is read, is spelled out. It may come from the name of a table, from a history, or from a server.
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

/// Whether a character does something other than being seen.
fn steers(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns || matches!(letter, '\u{2028}' | '\u{2029}' | BEGIN | END)
}

/// The text of a file as it may be shown, letter by letter of the same length, so that places in it stay where they are.
pub(super) fn source(text: &str) -> String {
    let letter = |letter: char| match letter.len_utf8() {
        _ if matches!(letter, '\n' | '\t') || !steers(letter) => letter,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    text.replace("\r\n", " \n").chars().map(letter).collect()
}

/// Writes to stdout: the result, for eyes. A closed pipe is the reader's way of saying that it has had enough.
pub(super) fn result(text: &str) {
    write(&shown(text, COLOURS.get().copied().unwrap_or_default().stdout));
}

/// Writes to stdout: the result, for programs and files, to the letter. Only a terminal gets it in the form for eyes.
pub(super) fn exact(text: &str) {
    match std::io::stdout().is_terminal() {
        true => write(&shown(text, false)),
        false => write(text),
    }
}

fn write(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Shows where an answer is typed.
pub(super) fn prompt(text: &str) {
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// One line of text as it may be shown, without colours.
pub(super) fn line(text: &str) -> String {
    shown(text.lines().next().unwrap_or_default(), false)
}

/// Writes a line to stderr: the talk. A note is said once.
pub(super) fn talk(line: impl Display) {
    static NOTES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = shown(&short(&line.to_string()), stderr_is_coloured());
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    if !line.starts_with("note: ") || notes.insert(line.clone()) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}

/// How many letters of a line are talked about. A name or a statement of a file may be as long as the file.
const LONGEST: usize = 2_000;

/// Every line, or as much of it as anybody reads.
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

/// Writes to stderr what was painted elsewhere, from text that may be shown.
pub(super) fn painted(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
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
