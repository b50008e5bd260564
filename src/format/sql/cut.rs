//! Splits scripts into statements, and brings a statement to the form that its checksum covers.
//!
//! Must not know what statements do, nor what comments between them mean.

use crate::Product;

use super::body::Body;
use super::token::words;
use super::{Rules, Token, TokenKind, Tokens, Unterminated, client};

/// A piece of a script. The pieces of a script follow one another without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// White space or a comment between statements.
    Between(Token<'a>),
    /// A statement terminator, or a line that sets the terminator.
    End,
    /// A line for a database's own client: `\restrict x`, `.read x`, `SOURCE x`, `GO`.
    Client(Token<'a>),
    /// A statement.
    Statement(Statement<'a>),
}

/// A statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text, from its first word to its last one.
    pub text: &'a str,
    /// Where it starts, in bytes.
    pub start: usize,
    /// All tokens up to its terminator, trailing blank tokens included.
    pub tokens: Vec<Token<'a>>,
    /// Whether a body or a parenthesis is still open where the script ends.
    pub is_open: bool,
}

/// Splits a script into pieces.
#[derive(Debug)]
pub struct Cutter<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
    delimiter: &'a str,
    /// The rules in a session of the product's own defaults.
    plain: Rules,
}

impl<'a> Cutter<'a> {
    /// A script from its beginning.
    pub fn new(rules: impl Into<Rules>, text: &'a str) -> Self {
        let plain = rules.into();
        Self { text, tokens: Tokens::new(plain, text), delimiter: ";", plain }
    }

    /// Continues at another position, which must be between statements.
    pub fn resume(&mut self, at: usize) {
        self.tokens.at = at;
    }

    fn part(&mut self) -> Option<Piece<'a>> {
        let token = self.tokens.next()?;
        if token.is_blank() {
            return Some(Piece::Between(token));
        }
        if self.plain.delimiter_lines && token.is_word("DELIMITER") {
            let line = self.text.get(token.end()..).unwrap_or_default();
            let line = line.get(..line.find(['\n', '\r']).unwrap_or(line.len())).unwrap_or_default();
            self.delimiter = line.split_whitespace().next().unwrap_or(self.delimiter);
            self.tokens.at = token.end() + line.len();
            return Some(Piece::End);
        }
        if self.delimiter_in(&token) == Some(0) {
            self.tokens.at = token.start + self.delimiter.len();
            return Some(Piece::End);
        }
        if client::is_command(self.plain.product, self.text, &token) {
            let rest = self.text.get(token.start..).unwrap_or_default();
            let line = rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len())).unwrap_or_default();
            self.tokens = Tokens::new(self.tokens.rules, self.text);
            self.tokens.at = token.start + line.len();
            return Some(Piece::Client(Token { text: line, ..token }));
        }
        Some(Piece::Statement(self.statement(token)))
    }

    fn statement(&mut self, first: Token<'a>) -> Statement<'a> {
        let mut body = Body::new(self.plain.product);
        let mut tokens = Vec::new();
        let mut next = Some(first);
        let mut is_ended = false;
        while let Some(mut token) = next {
            // With a delimiter of one's own, bodies need no watching.
            let may_end = self.delimiter != ";" || (!body.is_open() && !self.tokens.in_hint());
            if let Some(length) = self.delimiter_in(&token).filter(|_| may_end) {
                // `END$$` is one word.
                token.text = token.text.get(..length).unwrap_or_default();
                self.tokens.at = token.end();
                is_ended = true;
                if length == 0 {
                    break;
                }
            }
            if !token.is_blank() {
                let rest = &self.tokens;
                body.read(&token, || rest.clone().find(|token| !token.is_blank()));
            }
            tokens.push(token);
            if is_ended {
                break;
            }
            next = self.tokens.next();
        }
        let end = tokens.iter().rfind(|token| !token.is_blank()).map_or(first.end(), Token::end);
        let text = self.text.get(first.start..end).unwrap_or_default();
        self.set_mode(&tokens);
        Statement { text, start: first.start, tokens, is_open: !is_ended && self.delimiter == ";" && body.is_open() }
    }

    /// Where in a token the delimiter begins.
    fn delimiter_in(&self, token: &Token<'_>) -> Option<usize> {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::Symbol) {
            return None;
        }
        if self.text.get(token.start..).is_some_and(|rest| rest.starts_with(self.delimiter)) {
            return Some(0);
        }
        token.text.find(self.delimiter)
    }

    /// Statements after `SET sql_mode = …` are split by other rules.
    fn set_mode(&mut self, tokens: &[Token<'_>]) {
        if let Some(mode) = mode_set(self.plain, tokens) {
            self.tokens.rules = mode.map_or(self.plain, |mode| Rules::under(self.plain.product, &mode));
        }
    }
}

impl<'a> Iterator for Cutter<'a> {
    type Item = Result<Piece<'a>, Unterminated>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.part()?;
        match self.tokens.unclosed() {
            Some(offset) => {
                self.tokens.at = self.text.len();
                Some(Err(Unterminated::at(self.text, offset)))
            }
            None => Some(Ok(part)),
        }
    }
}

/// The same of a statement's tokens.
fn mode_set(rules: Rules, tokens: &[Token<'_>]) -> Option<Option<String>> {
    if !rules.delimiter_lines {
        return None;
    }
    let mut words = tokens.iter().filter(|token| !token.is_blank() && token.kind != TokenKind::Hint);
    words.next().filter(|first| first.is_word("SET"))?;
    let mut found = None;
    let words: Vec<_> = words.collect();
    for (at, word) in words.iter().enumerate() {
        let named = word.name().is_some_and(|name| name.eq_ignore_ascii_case("sql_mode"));
        let single_at =
            |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).is_some_and(|it| it.is_symbol('@'));
        let is_own = single_at(1) && !single_at(2);
        let elsewhere = |back: usize| {
            let word = at.checked_sub(back).and_then(|at| words.get(at));
            word.is_some_and(|it| it.is_any(&["GLOBAL", "PERSIST", "PERSIST_ONLY"]))
        };
        let global = elsewhere(1) || (elsewhere(2) && words.get(at - 1).is_some_and(|it| it.is_symbol('.')));
        let mut next = words.iter().skip(at + 1).skip_while(|it| it.is_symbol(':'));
        if named && !is_own && !global && next.next().is_some_and(|sign| sign.is_symbol('=')) {
            found = Some(next.next().and_then(|value| value.value(rules)));
        }
    }
    found
}

/// The `sql_mode` that a statement sets, if it sets one: `Some(None)` if its text does not contain the value.
pub fn mode_of(product: Product, statement: &str) -> Option<Option<String>> {
    let rules = Rules::of(product);
    if !rules.delimiter_lines || !statement.as_bytes().iter().any(|byte| byte.eq_ignore_ascii_case(&b'q')) {
        return None;
    }
    mode_set(rules, &words(rules, statement))
}

/// The `sql_mode` that a statement sets before another one, and the other one.
pub fn mode_before(product: Product, text: &str) -> Option<(String, &str)> {
    let rules = Rules::of(product);
    if !rules.delimiter_lines {
        return None;
    }
    let mut tokens = Tokens::new(rules, text);
    let first = tokens.find(|token| !token.is_blank()).filter(|first| first.is_word("SET"))?;
    let end = tokens.find(|token| token.is_symbol(';'))?;
    let mode = mode_of(product, text.get(first.start..end.start)?)??;
    Some((mode, text.get(end.end()..)?.trim_start()))
}

/// Whether a statement creates an object with a body of statements: a trigger, a routine, an event.
pub fn has_body(product: Product, statement: &str) -> bool {
    let mut tokens = Tokens::new(product, statement);
    let mut body = Body::new(product);
    while let Some(token) = tokens.next() {
        if !token.is_blank() {
            body.read(&token, || tokens.clone().find(|token| !token.is_blank()));
        }
        if let Some(known) = body.is_made() {
            return known;
        }
    }
    false
}

/// The statements of a script, without final semicolons and without comments between statements.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn split(rules: impl Into<Rules>, script: &str) -> Result<Vec<String>, Unterminated> {
    let mut statements = Vec::new();
    for part in Cutter::new(rules, script) {
        if let Piece::Statement(statement) = part? {
            statements.push(statement.text.to_owned());
        }
    }
    Ok(statements)
}

/// The form of a script that its checksum covers: its statements joined by `;` and a line break, without comments, with
/// unified line endings, and with runs of white space outside quotes collapsed to one space. A script that cannot be split is
/// covered verbatim.
pub fn significant(rules: impl Into<Rules>, script: &str) -> String {
    // Line endings are unified inside quotes too: a checkout on another system must not change a checksum.
    let script = script.replace("\r\n", "\n");
    let mut texts: Vec<String> = Vec::new();
    for part in Cutter::new(rules, &script) {
        match part {
            Ok(Piece::Statement(statement)) => texts.push(condensed(&statement.tokens)),
            Ok(Piece::Between(_) | Piece::End | Piece::Client(_)) => {}
            Err(_) => return script,
        }
    }
    texts.join(";\n")
}

fn condensed(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let (mut blank, mut in_hint) = (false, false);
    for token in tokens {
        // The content of an executable comment counts verbatim.
        in_hint = if token.kind == TokenKind::Hint { token.text != "*/" } else { in_hint };
        if token.is_blank() && !in_hint {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            text.push(' ');
        }
        text.push_str(token.text);
    }
    text
}
