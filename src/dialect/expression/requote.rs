//! Converts portable SQL, with identifiers bare or in double quotes, to a product's quotes.
//!
//! Must not know what the query means.

use sea_gen_runner::sql::{self, Rules, TokenKind};

use crate::dialect::Product;

use super::{parse, spell};

/// Converts a query in portable SQL (identifiers bare or in `"double quotes"`, strings in `'single quotes'` without
/// backslash escapes) to the product's quotes. Everything else is unchanged.
///
/// # Errors
/// Text that is not a query; the reason is a sentence to show.
pub fn requote(product: Product, sql: &str) -> Result<String, String> {
    parse::query(Product::Postgres, sql)
        .map_err(|error| format!("this query cannot be read as portable SQL: {error}"))?;
    let pieces = sql::tokens(Rules::portable(Product::Postgres), sql).map_err(|error| error.to_string())?;
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    let mut text = String::with_capacity(sql.len());
    for piece in pieces {
        match piece.kind {
            TokenKind::Name if piece.text.starts_with('"') => {
                text.push_str(&spell::quote(spell::mark(product), &spell::content(piece.text)));
            }
            TokenKind::String if piece.text.starts_with('\'') => {
                text.push_str(&spell::literal(product, &spell::content(piece.text)));
            }
            // MySQL parses `--1` and `#` differently, so comments are removed.
            TokenKind::Comment if mysql => text.push(' '),
            TokenKind::Comment
            | TokenKind::Name
            | TokenKind::String
            | TokenKind::Space
            | TokenKind::Hint
            | TokenKind::Word
            | TokenKind::Number
            | TokenKind::Symbol => text.push_str(piece.text),
        }
    }
    Ok(text.trim().to_owned())
}
