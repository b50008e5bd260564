//! Unifies strings, quotes and comments before parsing.
//!
//! Must not know grammar: it works on tokens.

use sea_gen_runner::sql::{self, Token, TokenKind, unescaped};

use crate::dialect::Product;

pub(super) use sea_gen_runner::sql::content;

/// The quote of identifiers.
pub(super) fn mark(product: Product) -> char {
    match product {
        Product::Postgres | Product::Sqlite => '"',
        Product::MySql | Product::MariaDb => '`',
    }
}

/// The text without comments, with every string as `'…'`, every quoted identifier in the product's quotes, and single
/// spaces. `None` if a quote is unterminated.
pub(super) fn plain(product: Product, sql: &str) -> Option<String> {
    let unescaped = catalog_text(product, sql);
    let sql = unescaped.as_deref().unwrap_or(sql);
    let pieces = sql::tokens(product, sql).ok()?;
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    let mut text = String::with_capacity(sql.len());
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        let next = pieces.get(index + 1);
        index += 1;
        match piece.kind {
            TokenKind::Space | TokenKind::Comment => {
                if !text.ends_with(' ') && !text.is_empty() {
                    text.push(' ');
                }
            }
            TokenKind::String => text.push_str(&string(product, piece.text)),
            TokenKind::Name => text.push_str(&quote(mark(product), &content(piece.text))),
            TokenKind::Word if mysql && is_introducer(piece.text) && string_follows(&pieces, index) => {}
            TokenKind::Word if mysql && charset_length(&pieces, index - 1).is_some() => {
                index += charset_length(&pieces, index - 1).unwrap_or_default();
            }
            TokenKind::Word if mysql && piece.is_word("charset") && bytes(&pieces, index).is_some() => {
                // MySQL prints the type `binary` as `char charset binary`.
                index += bytes(&pieces, index).unwrap_or_default();
                let shorter = text.trim_end().len().saturating_sub("char".len());
                text.truncate(shorter);
                text.push_str("binary");
            }
            TokenKind::Word if mysql && piece.is_word("mod") && is_operator(&pieces, index - 1) => text.push('%'),
            TokenKind::Symbol if mysql && next.is_some_and(|next| next.text == piece.text) && piece.text == "|" => {
                text.push_str(" OR ");
                index += 1;
            }
            TokenKind::Symbol if mysql && next.is_some_and(|next| next.text == piece.text) && piece.text == "&" => {
                text.push_str(" AND ");
                index += 1;
            }
            TokenKind::Word if product == Product::Postgres && piece.is_word("collate") => {
                // The parser has no collation after a cast, and only text has one.
                for cast in ["::text", "::character varying"] {
                    if let Some(shorter) = text.trim_end().strip_suffix(cast) {
                        text.truncate(shorter.len());
                        text.push(' ');
                    }
                }
                text.push_str(piece.text);
            }
            TokenKind::Word if piece.is_word("from") && trims(product, &text).is_some() => {
                let (start, name) = trims(product, &text).unwrap_or_default();
                text.truncate(start);
                text.push_str(name);
            }
            TokenKind::Word | TokenKind::Number | TokenKind::Symbol | TokenKind::Hint => text.push_str(piece.text),
        }
    }
    Some(text.trim_end().to_owned())
}

/// The start of a `TRIM(BOTH` at the end of a text, and the equivalent function: the parser has no `TRIM(BOTH FROM x)`.
fn trims(product: Product, text: &str) -> Option<(usize, &'static str)> {
    let end = text.trim_end().to_ascii_lowercase();
    let both = if product == Product::Postgres { "btrim(" } else { "trim(" };
    [("trim(both", both), ("trim(leading", "ltrim("), ("trim(trailing", "rtrim(")]
        .into_iter()
        .find_map(|(written, name)| end.strip_suffix(written).map(|before| (before.len(), name)))
}

/// Whether the text is escaped: MySQL's `information_schema` prints check clauses and generation expressions like the
/// content of a string, with backslashes outside quotes, which SQL never has.
fn catalog_text(product: Product, sql: &str) -> Option<String> {
    if product != Product::MySql || !sql.contains('\\') {
        return None;
    }
    let escaped = match sql::tokens(product, sql) {
        Ok(pieces) => pieces.iter().any(|piece| piece.kind == TokenKind::Symbol && piece.text == "\\"),
        Err(_) => sql.contains("\\'"),
    };
    escaped.then(|| unescaped(sql))
}

/// `_utf8mb4`, `_utf8mb3` and `_utf8` are redundant: they are the connection's character set.
fn is_introducer(word: &str) -> bool {
    ["_utf8mb4", "_utf8mb3", "_utf8"].iter().any(|introducer| word.eq_ignore_ascii_case(introducer))
}

fn string_follows(pieces: &[Token<'_>], index: usize) -> bool {
    let next = pieces.get(index..).unwrap_or_default().iter().find(|piece| !piece.is_blank());
    next.is_some_and(|next| next.kind == TokenKind::String)
}

/// The number of tokens of the name `binary` after `charset`.
fn bytes(pieces: &[Token<'_>], index: usize) -> Option<usize> {
    let before = pieces.get(..index.checked_sub(1)?)?.iter().rev().find(|piece| !piece.is_blank())?;
    let rest = pieces.get(index..)?;
    let blank = rest.iter().take_while(|piece| piece.is_blank()).count();
    (before.is_word("char") && rest.get(blank)?.is_word("binary")).then_some(blank + 1)
}

/// Whether `MOD` is the operator, not the function.
fn is_operator(pieces: &[Token<'_>], index: usize) -> bool {
    let before = pieces.get(..index).unwrap_or_default().iter().rev().find(|piece| !piece.is_blank());
    let after = pieces.get(index + 1..).unwrap_or_default().iter().find(|piece| !piece.is_blank());
    let ends = before.is_some_and(|before| {
        let number = before.text.starts_with(|first: char| first.is_ascii_digit());
        matches!(before.kind, TokenKind::Name | TokenKind::String) || before.text == ")" || number
    });
    ends || (before.is_some() && after.is_some_and(|after| after.text != "("))
}

/// The number of tokens of the connection's character set after `charset` (or `character set`).
fn charset_length(pieces: &[Token<'_>], index: usize) -> Option<usize> {
    let mut position = index;
    let mut word = || {
        let rest = pieces.get(position..).unwrap_or_default();
        let blank = rest.iter().take_while(|piece| piece.is_blank()).count();
        position += blank + 1;
        rest.get(blank)
    };
    let first = word()?;
    if first.is_word("character") || first.is_word("char") {
        word().filter(|second| second.is_word("set"))?;
    } else if !first.is_word("charset") {
        return None;
    }
    word().filter(|name| name.is_word("utf8mb4"))?;
    Some(position - index - 1)
}

/// A string as `'…'`; prefixed literals (`x'ff'`, `b'1'`, `U&'…'`) are unchanged.
fn string(product: Product, text: &str) -> String {
    let first = text.chars().next().unwrap_or_default();
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    match first {
        '\'' | '"' if mysql => literal(product, &unescaped(&content(text))),
        '\'' => literal(product, &content(text)),
        '$' => {
            let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
            literal(product, text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default())
        }
        'e' | 'E' => match escaped(&content(text.get(1..).unwrap_or_default())) {
            Some(content) => literal(product, &content),
            None => text.to_owned(),
        },
        'n' | 'N' if mysql => literal(product, &unescaped(&content(text.get(1..).unwrap_or_default()))),
        'n' | 'N' => literal(product, &content(text.get(1..).unwrap_or_default())),
        _ => text.to_owned(),
    }
}

/// The content of PostgreSQL's `E'…'`; `None` if it has an unsupported escape such as `\x41`.
fn escaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'x' | 'u' | 'U' | '0'..='9' => return None,
                other => other,
            },
            other => other,
        });
    }
    Some(plain)
}

/// The canonical spelling of a string literal.
pub(super) fn literal(product: Product, content: &str) -> String {
    let doubled = content.replace('\'', "''");
    match product {
        Product::Postgres | Product::Sqlite => format!("'{doubled}'"),
        Product::MySql | Product::MariaDb => format!("'{}'", doubled.replace('\\', "\\\\")),
    }
}

/// A quoted name.
pub(super) fn quote(mark: char, name: &str) -> String {
    format!("{mark}{}{mark}", name.replace(mark, &format!("{mark}{mark}")))
}
