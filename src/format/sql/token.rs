//! Splits SQL text into tokens. Every byte of the text is in exactly one.
//!
//! Must not know what a statement is.

use super::rules::Hints;
use super::{Rules, Unterminated};

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// White space.
    Space,
    /// A comment that no server executes, a line comment without its line break.
    Comment,
    /// The beginning or the end of a comment whose content MySQL or MariaDB executes: `/*!80000`, `*/`.
    Hint,
    /// A string with its prefix and quotes: `'it''s'`, `E'\n'`, `$$…$$`, `x'ff'`; on MySQL and MariaDB also `"…"`.
    String,
    /// A quoted name with its quotes.
    Name,
    /// A bare word.
    Word,
    /// A number.
    Number,
    /// One character of anything else.
    Symbol,
}

/// A piece of SQL text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text, verbatim.
    pub text: &'a str,
    /// Where it starts, in bytes.
    pub start: usize,
}

impl Token<'_> {
    /// Where the next token starts.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it has no effect: white space or a comment.
    pub fn is_blank(&self) -> bool {
        matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }

    /// Whether it is this bare word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of these bare words, in any case.
    pub fn is_any(&self, words: &[&str]) -> bool {
        self.kind == TokenKind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    /// Whether it is this character outside quotes.
    pub fn is_symbol(&self, symbol: char) -> bool {
        self.kind == TokenKind::Symbol && self.text.starts_with(symbol)
    }

    /// The name it denotes: a bare word as it is written, or the content of a quoted name.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::Name => Some(content(self.text)),
            TokenKind::Space
            | TokenKind::Comment
            | TokenKind::Hint
            | TokenKind::String
            | TokenKind::Number
            | TokenKind::Symbol => None,
        }
    }

    /// The content of a string without a prefix.
    pub fn value(&self, rules: Rules) -> Option<String> {
        if self.kind != TokenKind::String || !self.text.starts_with(['\'', '"']) {
            return None;
        }
        let content = content(self.text);
        Some(if rules.backslashes && content.contains('\\') { unescaped(&content) } else { content })
    }
}

/// The content of a quoted name or string; a doubled quote is one quote.
pub fn content(text: &str) -> String {
    let Some(open) = text.chars().next() else { return String::new() };
    let close = if open == '[' { ']' } else { open };
    let inside = text.strip_prefix(open).unwrap_or_default();
    let inside = inside.strip_suffix(close).unwrap_or(inside);
    if open == '[' { inside.to_owned() } else { inside.replace(&format!("{open}{open}"), &open.to_string()) }
}

/// A text without MySQL's backslash escapes.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('0') => plain.push('\0'),
            Some('b') => plain.push('\u{8}'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('Z') => plain.push('\u{1a}'),
            // These two are wildcards of LIKE, which the server leaves to it.
            Some(wildcard @ ('%' | '_')) => plain.extend(['\\', wildcard]),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

/// The tokens of a text, one after another.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    pub(super) rules: Rules,
    text: &'a str,
    pub(super) at: usize,
    /// Where the comment begins whose content is executed.
    hint: Option<usize>,
    unclosed: Option<usize>,
}

/// Splits a whole text into tokens.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn tokens(rules: impl Into<Rules>, text: &str) -> Result<Vec<Token<'_>>, Unterminated> {
    let mut reader = Tokens::new(rules, text);
    let found = reader.by_ref().collect();
    match reader.unclosed() {
        Some(offset) => Err(Unterminated::at(text, offset)),
        None => Ok(found),
    }
}

/// The tokens of a text from a server, without white space and comments. An unclosed token ends with the text.
pub fn words(rules: impl Into<Rules>, text: &str) -> Vec<Token<'_>> {
    Tokens::new(rules, text).filter(|token| !token.is_blank()).collect()
}

impl<'a> Tokens<'a> {
    /// The tokens of a text from its beginning.
    pub fn new(rules: impl Into<Rules>, text: &'a str) -> Self {
        Self { rules: rules.into(), text, at: 0, hint: None, unclosed: None }
    }

    /// Where the first quote or comment begins that has no end, as far as the text has been read.
    pub fn unclosed(&self) -> Option<usize> {
        self.unclosed.or(self.hint.filter(|_| self.at >= self.text.len()))
    }

    /// Whether the next token is in a comment whose content is executed.
    pub(super) fn in_hint(&self) -> bool {
        self.hint.is_some()
    }

    fn measure(&mut self, rest: &str) -> (TokenKind, usize) {
        let rules = self.rules;
        match *rest.as_bytes() {
            [first, ..] if is_space(first) => (TokenKind::Space, span(rest, is_space)),
            [b'-', b'-', ..] if begins_comment(rules, rest) => (TokenKind::Comment, line_length(rules, rest)),
            [b'#', ..] if rules.hash_comments => (TokenKind::Comment, line_length(rules, rest)),
            [b'/', b'*', ..] => self.comment(rest),
            [b'*', b'/', ..] if self.hint.take().is_some() => (TokenKind::Hint, 2),
            [b'\'', ..] => (TokenKind::String, self.closed(rest, quoted(rest, rules.backslashes))),
            [b'"', ..] => {
                let escapes = rules.backslashes && rules.double_quotes == TokenKind::String;
                (rules.double_quotes, self.closed(rest, quoted(rest, escapes)))
            }
            [b'`', ..] if rules.backticks => (TokenKind::Name, self.closed(rest, quoted(rest, false))),
            [b'[', ..] if rules.brackets => (TokenKind::Name, self.closed(rest, rest.find(']').map(|end| end + 1))),
            [b'$', ..] if dollar_tag(rules, rest).is_some() => {
                let tag = dollar_tag(rules, rest).unwrap_or_default();
                let inside = rest.get(tag.len()..).unwrap_or_default();
                (TokenKind::String, self.closed(rest, inside.find(tag).map(|end| end + 2 * tag.len())))
            }
            [b'0'..=b'9', ..] => number(rules, rest),
            [b'.', b'0'..=b'9', ..] if !self.follows_name() => number(rules, rest),
            [first, ..] if is_word(first) && (first != b'$' || rules.dollar_begins_word) => {
                self.prefixed(rest).unwrap_or((TokenKind::Word, span(rest, is_word)))
            }
            _ => (TokenKind::Symbol, rest.chars().next().map_or(1, char::len_utf8)),
        }
    }

    /// The length of a token that must be closed; the whole rest if it is not.
    fn closed(&mut self, rest: &str, length: Option<usize>) -> usize {
        if length.is_none() && self.unclosed.is_none() {
            self.unclosed = Some(self.at);
        }
        length.unwrap_or(rest.len())
    }

    fn comment(&mut self, rest: &str) -> (TokenKind, usize) {
        if let Some(length) = hint(self.rules, rest).filter(|_| self.hint.is_none()) {
            self.hint = Some(self.at);
            return (TokenKind::Hint, length);
        }
        let length = block_comment(self.rules.nested_comments, rest);
        let length = length.or_else(|| self.rules.comment_may_stay_open.then_some(rest.len()));
        (TokenKind::Comment, self.closed(rest, length))
    }

    /// A string with a prefix: `E'…'`, `x'…'`, `U&"…"`.
    fn prefixed(&mut self, rest: &str) -> Option<(TokenKind, usize)> {
        let (prefix, escapes) = self.rules.prefixes.iter().find(|(prefix, _)| {
            let has_prefix = rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
            has_prefix && matches!(rest.as_bytes().get(prefix.len()), Some(b'\'' | b'"'))
        })?;
        let inside = rest.get(prefix.len()..)?;
        let kind = match inside.as_bytes().first() {
            Some(b'"') if *prefix == "u&" => TokenKind::Name,
            Some(b'"') => return None,
            _ => TokenKind::String,
        };
        let mut length = quoted(inside, *escapes);
        // PostgreSQL continues a string with one that begins on a later line, by the rules of the first part.
        while let Some(end) = length.filter(|_| *escapes && self.rules.dollar_quotes) {
            let after = inside.get(end..).unwrap_or_default();
            let space = span(after, is_space);
            let next = after.get(space..).unwrap_or_default();
            if !after.get(..space).is_some_and(|space| space.contains(['\n', '\r'])) || !next.starts_with('\'') {
                break;
            }
            length = quoted(next, true).map(|more| end + space + more);
        }
        Some((kind, self.closed(rest, length.map(|length| prefix.len() + length))))
    }

    /// Whether the character directly before belongs to a name, so that a dot here is one between names.
    fn follows_name(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at).copied());
        before.is_some_and(|before| is_word(before) || matches!(before, b'"' | b'`' | b']'))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = self.measure(rest);
        let token = Token { kind, text: rest.get(..length).unwrap_or(rest), start: self.at };
        self.at += length;
        Some(token)
    }
}

/// Letters beyond ASCII, and so every byte of one, belong to words; no product takes any of them for white space.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn span(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len())
}

fn begins_comment(rules: Rules, text: &str) -> bool {
    !rules.dashes_need_space || text.as_bytes().get(2).is_none_or(|next| is_space(*next) || next.is_ascii_control())
}

fn line_length(rules: Rules, text: &str) -> usize {
    let ends = |byte: u8| byte == b'\n' || (byte == b'\r' && rules.carriage_return_ends_comment);
    let length = span(text, |byte| !ends(byte));
    // The carriage return of a line break is none of the comment.
    match text.get(..length) {
        Some(line) if line.ends_with('\r') && length < text.len() => length - 1,
        _ => length,
    }
}

/// The length of the mark that begins a comment whose content is executed. What no version of the product executes is a
/// comment like any other: tools hide instructions to clients in it.
fn hint(rules: Rules, text: &str) -> Option<usize> {
    let mark = match rules.hints {
        Hints::None => return None,
        Hints::MariaDb if text.starts_with("/*M!") => 4,
        Hints::MySql | Hints::MariaDb if text.starts_with("/*!") => 3,
        Hints::MySql | Hints::MariaDb => return None,
    };
    let digits = span(text.get(mark..)?, |byte| byte.is_ascii_digit()).min(6);
    let version: u32 = text.get(mark..mark + digits)?.parse().unwrap_or(0);
    let never = version == 99_999 || version >= 990_000;
    let foreign = rules.hints == Hints::MariaDb && mark == 3 && (50_700..100_000).contains(&version);
    (!never && !foreign).then_some(mark + digits)
}

fn block_comment(nested: bool, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (1_usize, 2);
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            (b'/', Some(b'*')) if nested => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// The length of a quote whose first byte is the quote; doubling it inside escapes it, in every product.
fn quoted(text: &str, backslashes: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mark = *bytes.first()?;
    let mut at = 1;
    loop {
        let byte = *bytes.get(at)?;
        if byte == b'\\' && backslashes {
            at += 2;
        } else if byte != mark {
            at += 1;
        } else if bytes.get(at + 1) == Some(&mark) {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
}

/// PostgreSQL's `$$` or `$tag$` at the start of a text.
fn dollar_tag(rules: Rules, text: &str) -> Option<&str> {
    if !rules.dollar_quotes {
        return None;
    }
    let inside = text.strip_prefix('$')?;
    let length = span(inside, |byte| is_word(byte) && byte != b'$');
    let starts_with_digit = inside.starts_with(|character: char| character.is_ascii_digit());
    (!starts_with_digit && inside.get(length..)?.starts_with('$')).then(|| text.get(..length + 2)).flatten()
}

/// A number, with its fraction and its exponent; where words may begin with a digit, perhaps one of those.
fn number(rules: Rules, text: &str) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize| span(text.get(from..).unwrap_or_default(), |byte| byte.is_ascii_digit());
    let mut at = digits(0);
    let whole = at;
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1) != Some(&b'.') {
        at += 1 + digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let power = digits(at + 1 + sign);
        at += if power > 0 { 1 + sign + power } else { 0 };
    }
    let rest = span(text.get(at..).unwrap_or_default(), is_word);
    let based = whole == 1 && at == 1 && matches!(bytes, [b'0', b'x' | b'X' | b'b' | b'B', ..]);
    let kind =
        if rest > 0 && at == whole && rules.digit_begins_word && !based { TokenKind::Word } else { TokenKind::Number };
    (kind, at + rest)
}

/// The words that PostgreSQL takes for a name only in quotes: all of `pg_get_keywords()` (15) but those of category `U`.
const POSTGRES_KEYWORDS: &str = "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast \
     char character check coalesce collate collation column concurrently constraint create cross current_catalog \
     current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable \
     desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group \
     grouping having ilike in initially inner inout int integer intersect interval into is isnull join lateral leading \
     least left like limit localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric \
     offset on only or order out outer overlaps overlay placing position precision primary real references returning \
     right row select session_user setof similar smallint some substring symmetric table tablesample then time timestamp \
     to trailing treat trim true union unique user using values varchar variadic verbose when where window with \
     xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable";

/// A name with quotes only where PostgreSQL needs them, as its `quote_ident` writes it.
pub fn quoted_where_needed(name: &str) -> String {
    let letter = |character: char| character.is_ascii_lowercase() || character == '_';
    let is_plain = name.starts_with(letter)
        && name.chars().all(|character| letter(character) || character.is_ascii_digit() || character == '$');
    let is_keyword = POSTGRES_KEYWORDS.split(' ').any(|keyword| keyword == name);
    if is_plain && !is_keyword { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
