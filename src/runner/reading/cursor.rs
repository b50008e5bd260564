//! The tokens of one statement, and a cursor over them.
//!
//! Must not know what any token means.

use crate::Product;
use crate::sql::{self, TokenKind};

/// One token: a keyword, an identifier, a string or a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The token's kind.
    pub kind: TokenKind,
    /// The token's text: an unquoted word in upper case, a quoted identifier unquoted, anything else verbatim.
    pub text: String,
    /// The identifier that an unquoted word denotes, folded as the product folds it.
    pub name: String,
}

/// The tokens of a statement, or `None` if a quote is unterminated.
pub fn words(product: Product, sql: &str) -> Option<Vec<Word>> {
    let pieces = sql::tokens(product, sql).ok()?;
    let word = |piece: &sql::Token<'_>| {
        let (text, name) = match piece.kind {
            TokenKind::Word | TokenKind::Number => (piece.text.to_uppercase(), folded(product, piece.text)),
            TokenKind::Name => (sql::content(piece.text), sql::content(piece.text)),
            TokenKind::Space | TokenKind::Comment | TokenKind::Hint | TokenKind::String | TokenKind::Symbol => {
                (piece.text.to_owned(), String::new())
            }
        };
        Word { kind: piece.kind, text, name }
    };
    // The text inside an executable comment (`/*! … */`) is executed, so only its delimiters are skipped.
    Some(pieces.iter().filter(|piece| !piece.is_blank() && piece.kind != TokenKind::Hint).map(word).collect())
}

/// PostgreSQL folds unquoted identifiers to lower case. The other products keep them; that is exact enough to tell two names
/// apart.
fn folded(product: Product, text: &str) -> String {
    match product {
        Product::Postgres => text.to_lowercase(),
        Product::MySql | Product::MariaDb | Product::Sqlite => text.to_owned(),
    }
}

/// A cursor over the tokens of one statement.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    words: &'a [Word],
}

impl<'a> Cursor<'a> {
    /// A cursor at the first token.
    pub fn new(words: &'a [Word]) -> Self {
        Self { words }
    }

    /// The remaining tokens.
    pub fn rest(&self) -> &'a [Word] {
        self.words
    }

    /// Whether the next token is this word or symbol.
    pub fn is_at(&self, text: &str) -> bool {
        self.words.first().is_some_and(|word| is(word, text))
    }

    /// Consumes these words, separated by single spaces, if they come next.
    pub fn take(&mut self, texts: &str) -> bool {
        let count = texts.split(' ').count();
        let stands = texts.split(' ').enumerate().all(|(at, text)| self.words.get(at).is_some_and(|it| is(it, text)));
        if stands {
            self.words = self.words.get(count..).unwrap_or_default();
        }
        stands
    }

    /// Consumes the first of these alternatives that comes next, and returns it.
    pub fn take_any(&mut self, texts: &[&'static str]) -> Option<&'static str> {
        texts.iter().find(|text| self.take(text)).copied()
    }

    /// Skips one token.
    pub fn skip(&mut self) {
        self.words = self.words.get(1..).unwrap_or_default();
    }

    /// Skips the parenthesised group that begins here.
    pub fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(word) = self.words.first() {
            match (word.kind, word.text.as_str()) {
                (TokenKind::Symbol, "(") => depth += 1,
                (TokenKind::Symbol, ")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.skip();
            if depth == 0 {
                return;
            }
        }
    }

    /// Consumes one identifier; empty if the next token is none.
    pub fn name(&mut self) -> String {
        let name = self.words.first().filter(|word| matches!(word.kind, TokenKind::Word | TokenKind::Name));
        let name = name.map(|word| word.name.clone()).unwrap_or_default();
        if !name.is_empty() {
            self.skip();
        }
        name
    }

    /// Consumes an identifier that may be qualified (`schema.table`).
    pub fn object(&mut self) -> String {
        let mut name = self.name();
        while !name.is_empty() && self.take(".") {
            name = format!("{name}.{}", self.name());
        }
        name
    }

    /// Whether these words occur from here on, outside parentheses.
    pub fn holds(&self, texts: &str) -> bool {
        let mut depth = 0_usize;
        let mut cursor = *self;
        while let Some(word) = cursor.words.first() {
            match word.text.as_str() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth == 0 && word.kind != TokenKind::String && cursor.take(texts) => return true,
                _ => {}
            }
            cursor.skip();
        }
        false
    }

    /// A cursor after these words, which are searched outside parentheses.
    pub fn after(&self, texts: &str) -> Option<Self> {
        let mut depth = 0_usize;
        let mut cursor = *self;
        while let Some(word) = cursor.words.first() {
            match word.text.as_str() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth == 0 && cursor.take(texts) => return Some(cursor),
                _ => {}
            }
            cursor.skip();
        }
        None
    }

    /// The tokens before this word, which is searched outside parentheses.
    pub(super) fn before(&self, text: &str) -> Self {
        let behind = self.after(text).map_or(0, |rest| rest.words.len() + 1);
        Self { words: self.words.get(..self.words.len().saturating_sub(behind)).unwrap_or_default() }
    }

    /// The comma-separated parts, split outside parentheses.
    pub fn parts(&self) -> Vec<Self> {
        let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
        for (at, word) in self.words.iter().enumerate() {
            match (word.kind, word.text.as_str()) {
                (TokenKind::Symbol, "(") => depth += 1,
                (TokenKind::Symbol, ")") => depth = depth.saturating_sub(1),
                (TokenKind::Symbol, ",") if depth == 0 => {
                    parts.push(Self { words: self.words.get(start..at).unwrap_or_default() });
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(Self { words: self.words.get(start..).unwrap_or_default() });
        parts
    }

    /// The tokens inside the next parentheses.
    pub fn inside(&self) -> Option<Self> {
        let open = self.words.iter().position(|word| word.kind == TokenKind::Symbol && word.text == "(")?;
        let mut depth = 0_usize;
        for (at, word) in self.words.iter().enumerate().skip(open) {
            match (word.kind, word.text.as_str()) {
                (TokenKind::Symbol, "(") => depth += 1,
                (TokenKind::Symbol, ")") if depth == 1 => return self.words.get(open + 1..at).map(Self::new),
                (TokenKind::Symbol, ")") => depth -= 1,
                _ => {}
            }
        }
        None
    }
}

fn is(word: &Word, text: &str) -> bool {
    matches!(word.kind, TokenKind::Word | TokenKind::Symbol) && word.text == text
}
