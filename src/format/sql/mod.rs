//! SQL text: the one place that cuts it into tokens and statements, by each product's rules.
//!
//! Migration files, SQL beside the entities, dumps, what catalogs print and what the tool writes itself are all read through
//! here. Must not know what a statement does, nor what a comment means.

mod body;
pub mod client;
mod cut;
pub mod dump;
mod quote;
mod rules;
#[cfg(test)]
mod tests;
mod token;

pub use cut::{Cutter, Piece, Statement, has_body, mode_before, mode_of, significant, split};
pub use quote::{literal, quote};
pub use rules::{Rules, default_mode};
pub use token::{Token, TokenKind, Tokens, content, quoted_where_needed, tokens, unescaped, words};

/// A quote or comment that is opened and never closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{opening}` is opened here and never closed")]
pub struct Unterminated {
    /// Where it is opened, in bytes from the start of the text.
    pub offset: usize,
    /// The line it is opened on, counted from 1.
    pub line: usize,
    /// How it starts.
    pub opening: String,
}

impl Unterminated {
    /// The line and the first characters of the text at this byte.
    pub fn at(text: &str, offset: usize) -> Self {
        let opening = text.get(offset..).unwrap_or_default();
        let opening = opening.lines().next().unwrap_or_default().chars().take(20).collect();
        Self { offset, line: line(text, offset), opening }
    }
}

/// The line of a byte, counted from 1. A line ends with a line feed, a carriage return, or both.
pub fn line(text: &str, offset: usize) -> usize {
    Lines::of(text.get(..offset).unwrap_or(text)).0.len()
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// The lines of a text. Each ends with a line feed, a carriage return, or both.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte, counted from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset).max(1)
    }
}

/// Whether only blanks precede a byte on its line.
pub fn is_first_in_line(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

/// A character that an editor shows as a line break and that the database does not take for one: in a line comment, where text
/// follows it, or outside quotes.
pub fn hidden_line(token: &Token<'_>) -> Option<(usize, char)> {
    const BREAKS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let found = match token.kind {
        TokenKind::Comment if !token.text.starts_with("/*") => token.text.char_indices().find(|(at, character)| {
            let after = token.text.get(at + character.len_utf8()..).unwrap_or_default();
            BREAKS.contains(character) && !after.trim().is_empty()
        }),
        TokenKind::Word => token.text.char_indices().find(|(_, character)| BREAKS.contains(character)),
        TokenKind::Comment
        | TokenKind::Space
        | TokenKind::Hint
        | TokenKind::String
        | TokenKind::Name
        | TokenKind::Number
        | TokenKind::Symbol => None,
    };
    found.map(|(at, character)| (token.start + at, character))
}

/// The first line of a text, to name it by, and no more of it than fits into one.
pub fn first_line(text: &str) -> String {
    let text = text.trim();
    let line = text.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None if line.len() < text.len() => format!("{line} …"),
        None => line.to_owned(),
    }
}
