//! SQL text cut into pieces: words, quotes, comments, white space. Every byte of the text is in exactly one piece.
//!
//! Must not know what the pieces mean together.

use super::{Product, Unterminated};

/// What a piece of SQL text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// White space.
    Space,
    /// A comment nobody executes, a line comment with its line break left out.
    Comment,
    /// `/*! … */`, `/*M! … */`: code to MySQL and MariaDB.
    ExecutableComment,
    /// A quoted string, with the prefix and the quotes: `'it''s'`, `E'\n'`, `$$…$$`, `x'ff'`; in MySQL also `"…"`.
    String,
    /// A quoted identifier with its quotes.
    Name,
    /// A bare word or a number.
    Word,
    /// One character of anything else.
    Symbol,
}

/// A piece of SQL text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// What it is.
    pub kind: Kind,
    /// The text as it stands.
    pub text: &'a str,
    /// Where it starts, in bytes.
    pub start: usize,
}

impl Piece<'_> {
    /// Where the next piece starts.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is nothing a database would act upon.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.kind, Kind::Space | Kind::Comment)
    }

    /// Whether it is this bare word, in any case.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

/// Cuts a whole text into pieces.
pub(crate) fn pieces(product: Product, text: &str) -> Result<Vec<Piece<'_>>, Unterminated> {
    let mut pieces = Vec::new();
    let mut position = 0;
    while let Some(piece) = piece_at(product, text, position)? {
        position = piece.end();
        pieces.push(piece);
    }
    Ok(pieces)
}

/// The piece that starts at a byte offset; `None` at the end.
pub(crate) fn piece_at(product: Product, text: &str, start: usize) -> Result<Option<Piece<'_>>, Unterminated> {
    let rest = text.get(start..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return Ok(None) };
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    let found = if first.is_whitespace() {
        Some((Kind::Space, run(rest, char::is_whitespace)))
    } else if starts_line_comment(product, rest) {
        Some((Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())))
    } else if rest.starts_with("/*") {
        let executable = mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!"));
        let kind = if executable { Kind::ExecutableComment } else { Kind::Comment };
        block_comment(product, rest).map(|length| (kind, length))
    } else if let Some((prefix, escapes)) = string_prefix(product, rest) {
        let quoted = rest.get(prefix..).unwrap_or_default();
        let kind = if quoted.starts_with('"') && !mysql { Kind::Name } else { Kind::String };
        quote(quoted, escapes).map(|length| (kind, prefix + length))
    } else if let Some(tag) = dollar_tag(product, rest) {
        let body = rest.get(tag.len()..).unwrap_or_default();
        body.find(tag).map(|at| (Kind::String, tag.len() + at + tag.len()))
    } else if first == '`' || first == '"' {
        quote(rest, false).map(|length| (Kind::Name, length))
    } else if first == '[' && product == Product::Sqlite {
        rest.find(']').map(|at| (Kind::Name, at + 1))
    } else if is_word(first) {
        Some((
            Kind::Word,
            run(rest, |character| is_word(character) || (character == '$' && product != Product::Sqlite)),
        ))
    } else {
        Some((Kind::Symbol, first.len_utf8()))
    };
    let Some((kind, length)) = found else {
        return Err(Unterminated::at(text, start));
    };
    Ok(rest.get(..length).map(|text| Piece { kind, text, start }))
}

/// Whether a character belongs to a bare word or a number.
pub(crate) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

/// MySQL wants white space after `--`, so that `5--1` stays a sum.
fn starts_line_comment(product: Product, text: &str) -> bool {
    match product {
        Product::Postgres | Product::Sqlite => text.starts_with("--"),
        Product::MySql | Product::MariaDb => {
            text.starts_with('#')
                || text.strip_prefix("--").is_some_and(|after| {
                    after.chars().next().is_none_or(|next| next.is_whitespace() || next.is_control())
                })
        }
    }
}

/// The length of a block comment. PostgreSQL nests them, SQLite lets the last one run to the end.
fn block_comment(product: Product, text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = 0;
    loop {
        let rest = text.get(position..)?;
        if rest.is_empty() {
            return (product == Product::Sqlite).then_some(text.len());
        }
        if rest.starts_with("/*") && (depth == 0 || product == Product::Postgres) {
            depth += 1;
            position += 2;
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            position += 2;
            if depth == 0 {
                return Some(position);
            }
        } else {
            position += rest.chars().next()?.len_utf8();
        }
    }
}

/// The length of a string's prefix (`E`, `N`, `U&` …), which may be nothing, and whether backslashes escape in it.
fn string_prefix(product: Product, text: &str) -> Option<(usize, bool)> {
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    if text.starts_with('\'') || (mysql && text.starts_with('"')) {
        return Some((0, mysql));
    }
    let letter = text.chars().next()?.to_ascii_lowercase();
    let after = text.get(letter.len_utf8()..)?;
    match product {
        Product::Postgres if letter == 'u' && (after.starts_with("&'") || after.starts_with("&\"")) => Some((2, false)),
        Product::Postgres if matches!(letter, 'e' | 'n' | 'b' | 'x') && after.starts_with('\'') => {
            Some((1, letter == 'e'))
        }
        Product::MySql | Product::MariaDb if matches!(letter, 'n' | 'b' | 'x') && after.starts_with('\'') => {
            Some((1, letter == 'n'))
        }
        Product::Sqlite if letter == 'x' && after.starts_with('\'') => Some((1, false)),
        Product::Postgres | Product::MySql | Product::MariaDb | Product::Sqlite => None,
    }
}

/// The length of a quote whose first character is the quote; doubling it inside escapes it, in every database.
fn quote(text: &str, backslash_escapes: bool) -> Option<usize> {
    let mut characters = text.char_indices();
    let (_, mark) = characters.next()?;
    let mut characters = characters.peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && backslash_escapes {
            characters.next();
        } else if character == mark {
            if characters.peek().is_some_and(|(_, next)| *next == mark) {
                characters.next();
            } else {
                return Some(at + mark.len_utf8());
            }
        }
    }
    None
}

/// PostgreSQL's `$$` or `$tag$` at the start of a text.
fn dollar_tag(product: Product, text: &str) -> Option<&str> {
    if product != Product::Postgres {
        return None;
    }
    let inside = text.strip_prefix('$')?;
    let length = run(inside, is_word);
    let starts_with_digit = inside.starts_with(|character: char| character.is_ascii_digit());
    (!starts_with_digit && inside.get(length..)?.starts_with('$')).then(|| text.get(..length + 2)).flatten()
}
