//! Finds the parts of a statement that affect more than its database: other databases, the server's users, settings and files.
//!
//! A proof sends no such statement, because it must touch its scratch database alone. Must not know what is proven.

use crate::Product;
use crate::sql::{Token, TokenKind};

mod mysql;
mod postgres;
mod sqlite;

/// What of a statement reaches beyond its database, in words that follow "it".
pub fn outside(product: Product, sql: &str) -> Option<String> {
    match product {
        Product::MySql | Product::MariaDb => mysql::find(product, sql),
        Product::Postgres => postgres::find(sql),
        Product::Sqlite => sqlite::find(sql),
    }
}

/// Whether a statement begins with the token at this place: at the beginning, behind a semicolon, or in a body behind a word that
/// a statement follows.
pub(super) fn begins_statement(words: &[Token<'_>], at: usize) -> bool {
    const BEFORE: [&str; 8] = ["BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", "ROW", "ATOMIC"];
    match at.checked_sub(1).and_then(|before| words.get(before)) {
        None => true,
        Some(before) => before.is_symbol(';') || before.is_symbol(':') || before.is_any(&BEFORE),
    }
}

/// Whether a function of one of these names is called by the token at this place.
pub(super) fn calls(words: &[Token<'_>], at: usize, functions: &[&str]) -> bool {
    let follows = words.get(at + 1).is_some_and(|next| next.is_symbol('('));
    let name =
        words.get(at).filter(|word| matches!(word.kind, TokenKind::Word | TokenKind::Name)).and_then(Token::name);
    follows && name.is_some_and(|name| functions.iter().any(|function| name.eq_ignore_ascii_case(function)))
}

#[cfg(test)]
mod tests;
