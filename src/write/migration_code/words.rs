//! The tokens of one statement, read from front to back, with the text between them at hand.
//!
//! Must not know what any statement does.

use sea_gen_runner::sql::{self, Token, TokenKind};

use crate::schema::Product;

/// The tokens of a statement that are still to be read.
#[derive(Clone)]
pub(super) struct Words<'s> {
    pub(super) product: Product,
    sql: &'s str,
    tokens: Vec<Token<'s>>,
}

impl<'s> Words<'s> {
    /// The tokens of a statement; `None` if it has comments, or a quote that is never closed.
    pub(super) fn of(product: Product, sql: &'s str) -> Option<Self> {
        let tokens = sql::tokens(product, sql).ok()?;
        let is_comment = |token: &Token<'_>| matches!(token.kind, TokenKind::Comment | TokenKind::Hint);
        if tokens.iter().any(is_comment) {
            return None;
        }
        let tokens = tokens.into_iter().filter(|token| token.kind != TokenKind::Space).collect();
        Some(Self { product, sql, tokens })
    }

    fn with(&self, tokens: &[Token<'s>]) -> Self {
        Self { product: self.product, sql: self.sql, tokens: tokens.to_vec() }
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The next token.
    pub(super) fn next(&self) -> Option<Token<'s>> {
        self.tokens.first().copied()
    }

    /// Skips a token.
    pub(super) fn skip(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default().to_vec();
    }

    /// Skips everything that is left.
    pub(super) fn skip_all(&mut self) {
        self.tokens.clear();
    }

    /// Whether one of these words comes next.
    pub(super) fn is_at(&self, words: &[&str]) -> bool {
        self.next().is_some_and(|token| token.is_any(words))
    }

    /// Reads these words, which are separated by spaces, if they come next.
    pub(super) fn take(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let is_next = words.split(' ').zip(&self.tokens).filter(|(word, token)| token.is_word(word)).count() == count;
        if is_next {
            self.tokens = self.tokens.get(count..).unwrap_or_default().to_vec();
        }
        is_next
    }

    /// Reads a character outside of quotes, if it comes next.
    pub(super) fn take_symbol(&mut self, symbol: char) -> bool {
        let is_next = self.next().is_some_and(|token| token.is_symbol(symbol));
        if is_next {
            self.skip();
        }
        is_next
    }

    /// Reads a name, as the database knows it; `None` if sea-query would not quote it rightly.
    pub(super) fn name(&mut self) -> Option<String> {
        let token = self.next()?;
        let name = token.name()?;
        let name = match (token.kind, self.product) {
            (TokenKind::Word, Product::Postgres) => name.to_lowercase(),
            _ => name,
        };
        let is_plain = !name.is_empty() && !name.contains(['"', '`', '\\']) && !name.chars().any(char::is_control);
        self.skip();
        is_plain.then_some(name)
    }

    /// Reads the content of a string without a prefix or a backslash.
    pub(super) fn string(&mut self) -> Option<String> {
        let token = self.next().filter(|token| token.kind == TokenKind::String && token.text.starts_with('\''))?;
        let content = sql::content(token.text);
        if content.contains('\\') || content.chars().any(char::is_control) {
            return None;
        }
        self.skip();
        Some(content)
    }

    /// Reads what stands in parentheses, if they come next.
    pub(super) fn group(&mut self) -> Option<Self> {
        if !self.next()?.is_symbol('(') {
            return None;
        }
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            if token.is_symbol('(') {
                depth += 1;
            } else if token.is_symbol(')') {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 {
                let inside = self.with(self.tokens.get(1..at)?);
                self.tokens = self.tokens.get(at + 1..).unwrap_or_default().to_vec();
                return Some(inside);
            }
        }
        None
    }

    /// The parts between commas outside of parentheses.
    pub(super) fn parts(&self) -> Vec<Self> {
        let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
        for (at, token) in self.tokens.iter().enumerate() {
            if token.is_symbol('(') || token.is_symbol('[') {
                depth += 1;
            } else if token.is_symbol(')') || token.is_symbol(']') {
                depth = depth.saturating_sub(1);
            } else if token.is_symbol(',') && depth == 0 {
                parts.push(self.with(self.tokens.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
        }
        parts.push(self.with(self.tokens.get(start..).unwrap_or_default()));
        parts
    }

    /// Reads up to one of these words outside of parentheses, or to the end.
    pub(super) fn until(&mut self, words: &[&str]) -> Self {
        let mut depth = 0_usize;
        let end = self.tokens.iter().enumerate().position(|(at, token)| {
            if token.is_symbol('(') {
                depth += 1;
            } else if token.is_symbol(')') {
                depth = depth.saturating_sub(1);
            }
            at > 0 && depth == 0 && token.is_any(words)
        });
        let end = end.unwrap_or(self.tokens.len());
        let read = self.with(self.tokens.get(..end).unwrap_or_default());
        self.tokens = self.tokens.get(end..).unwrap_or_default().to_vec();
        read
    }

    /// The text that is left, verbatim.
    pub(super) fn text(&self) -> &'s str {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => self.sql.get(first.start..last.end()).unwrap_or_default(),
            _ => "",
        }
    }
}
