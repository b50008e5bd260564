//! The comments of a migration file that mean something.
//!
//! Must not know what stands around them.

use super::{BATCHES, BEGIN, CHECK, NO_TRANSACTION, REPEATABLE, RUST, STEP, Section};

/// A comment that means something to us.
#[derive(Clone, Copy)]
pub(super) enum Mark<'a> {
    None,
    Section(Section),
    Step(&'a str),
    How(How<'a>),
    Rust { name: &'a str, batches: bool },
    Repeatable,
    Begin(&'a str),
    Unknown,
}

/// How the statement below is run.
#[derive(Clone, Copy)]
pub(super) enum How<'a> {
    NoTransaction,
    Check(&'a str),
    /// By this column, if it says one.
    Batches(Option<&'a str>),
}

pub(super) fn mark(comment: &str) -> Mark<'_> {
    let Some(text) = comment.strip_prefix("--") else { return Mark::None };
    let word = text.trim_matches(|letter: char| letter.is_whitespace() || ":=-*+!<>[]#.".contains(letter));
    if word.eq_ignore_ascii_case("up") {
        return Mark::Section(Section::Up);
    }
    if word.eq_ignore_ascii_case("down") {
        return Mark::Section(Section::Down);
    }
    let text = text.trim();
    if let Some(name) = text.strip_prefix(STEP).filter(|rest| rest.is_empty() || rest.starts_with([' ', ':'])) {
        return Mark::Step(name.trim_start_matches(':').trim());
    }
    if is_near_miss(text) {
        return Mark::Unknown;
    }
    let Some(ours) = text.get(..4).filter(|start| start.eq_ignore_ascii_case("gen:")).and_then(|_| text.get(4..))
    else {
        return Mark::None;
    };
    let ours = ours.trim();
    if ours.eq_ignore_ascii_case(NO_TRANSACTION) {
        return Mark::How(How::NoTransaction);
    }
    match ours.split_once(char::is_whitespace).unwrap_or((ours, "")) {
        (word, message) if word.eq_ignore_ascii_case(CHECK) && !message.trim().is_empty() => {
            Mark::How(How::Check(message.trim()))
        }
        (word, "") if word.eq_ignore_ascii_case(BATCHES) => Mark::How(How::Batches(None)),
        (word, rest) if word.eq_ignore_ascii_case(BATCHES) => {
            match rest.trim().split_once(char::is_whitespace).filter(|(by, _)| by.eq_ignore_ascii_case("by")) {
                // One column: the portions compare with one value.
                Some((_, key)) if !key.trim().contains(|letter: char| letter.is_whitespace() || letter == ',') => {
                    Mark::How(How::Batches(Some(key.trim())))
                }
                _ => Mark::Unknown,
            }
        }
        (word, "") if word.eq_ignore_ascii_case(REPEATABLE) => Mark::Repeatable,
        (word, rest) if word.eq_ignore_ascii_case(RUST) => match rest.split_whitespace().collect::<Vec<_>>().as_slice()
        {
            [name] if is_function(name) => Mark::Rust { name, batches: false },
            [name, last] if is_function(name) && last.eq_ignore_ascii_case(BATCHES) => {
                Mark::Rust { name, batches: true }
            }
            _ => Mark::Unknown,
        },
        (word, tag) if word.eq_ignore_ascii_case(BEGIN) => Mark::Begin(tag.trim()),
        _ => Mark::Unknown,
    }
}

/// `gen rust …` without the colon would be a comment, and the function would never run.
fn is_near_miss(text: &str) -> bool {
    let Some(rest) = text.get(..3).filter(|start| start.eq_ignore_ascii_case("gen")).and_then(|_| text.get(3..)) else {
        return false;
    };
    let rest = rest.strip_prefix(';').unwrap_or(rest);
    let said = rest.trim_start();
    said.len() < rest.len()
        && [RUST, BATCHES, REPEATABLE, NO_TRANSACTION].iter().any(|mark| {
            said.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
                && said.get(mark.len()..).is_some_and(|end| end.is_empty() || end.starts_with(' '))
        })
}

fn is_function(name: &str) -> bool {
    !name.is_empty()
        && !name.eq_ignore_ascii_case(BATCHES)
        && name.chars().all(|letter| letter.is_alphanumeric() || "_-:.".contains(letter))
}

impl How<'_> {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::NoTransaction => NO_TRANSACTION,
            Self::Check(_) => CHECK,
            Self::Batches(_) => BATCHES,
        }
    }
}

/// Whether a line of a note would be read as something else.
pub(super) fn needs_bar(line: &str) -> bool {
    line != line.trim() || line.starts_with('|') || !matches!(mark(&format!("-- {line}")), Mark::None)
}
