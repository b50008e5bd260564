//! A statement as a row of words, and a hand that takes them one after the other.
//!
//! Must not know what any word means.

use crate::Product;
use crate::sql::{self, TokenKind};

/// A word, a name, a string or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it is.
    pub kind: TokenKind,
    /// A bare word in capitals, a name as the catalog has it, anything else as it stands.
    pub text: String,
    /// What a bare word names.
    pub name: String,
}

/// The words of a statement; none where a quote never ends.
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
    // What a mark of these servers begins and ends is executed.
    Some(pieces.iter().filter(|piece| !piece.is_blank() && piece.kind != TokenKind::Hint).map(word).collect())
}

/// PostgreSQL folds what is not quoted; to tell names apart, that is right enough for the others too.
fn folded(product: Product, text: &str) -> String {
    match product {
        Product::Postgres => text.to_lowercase(),
        Product::MySql | Product::MariaDb | Product::Sqlite => text.to_owned(),
    }
}

/// A place in a row of words.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    words: &'a [Word],
}

impl<'a> Cursor<'a> {
    /// The beginning of a statement.
    pub fn new(words: &'a [Word]) -> Self {
        Self { words }
    }

    /// The words from here on.
    pub fn rest(&self) -> &'a [Word] {
        self.words
    }

    /// Whether this word or sign stands here.
    pub fn is_at(&self, text: &str) -> bool {
        self.words.first().is_some_and(|word| is(word, text))
    }

    /// Takes these words if they stand here, one after the other, separated by spaces.
    pub fn take(&mut self, texts: &str) -> bool {
        let count = texts.split(' ').count();
        let stands = texts.split(' ').enumerate().all(|(at, text)| self.words.get(at).is_some_and(|it| is(it, text)));
        if stands {
            self.words = self.words.get(count..).unwrap_or_default();
        }
        stands
    }

    /// Takes the first of these that stands here.
    pub fn take_any(&mut self, texts: &[&'static str]) -> Option<&'static str> {
        texts.iter().find(|text| self.take(text)).copied()
    }

    /// Passes one word.
    pub fn skip(&mut self) {
        self.words = self.words.get(1..).unwrap_or_default();
    }

    /// Passes the parentheses that begin here.
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

    /// Takes one name.
    pub fn name(&mut self) -> String {
        let name = self.words.first().filter(|word| matches!(word.kind, TokenKind::Word | TokenKind::Name));
        let name = name.map(|word| word.name.clone()).unwrap_or_default();
        if !name.is_empty() {
            self.skip();
        }
        name
    }

    /// Takes a name that may be qualified.
    pub fn object(&mut self) -> String {
        let mut name = self.name();
        while !name.is_empty() && self.take(".") {
            name = format!("{name}.{}", self.name());
        }
        name
    }

    /// Whether a word stands here or further on, outside parentheses.
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

    /// What follows these words, outside parentheses.
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

    /// What stands in front of this word, outside parentheses.
    pub(super) fn before(&self, text: &str) -> Self {
        let behind = self.after(text).map_or(0, |rest| rest.words.len() + 1);
        Self { words: self.words.get(..self.words.len().saturating_sub(behind)).unwrap_or_default() }
    }

    /// The parts between commas, outside parentheses.
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

    /// What stands in the next parentheses.
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
