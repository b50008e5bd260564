//! A column's new name in the expressions of its own table.
//!
//! Must not know what the expression means: it sees pieces of text, and leaves all but the name as it is written.

use super::spell;
use crate::dialect::Product;
use crate::dialect::script::lexer::{self, Kind, Piece};

/// The expression of a table (a check, a generated column, an index) after one of its columns was renamed. Databases change
/// the expressions they keep in the same way. Text with a quote that is never closed stays as it is.
pub fn rename_column(product: Product, sql: &str, from: &str, to: &str) -> String {
    let Ok(pieces) = lexer::pieces(product, sql) else { return sql.to_owned() };
    let mut text = String::with_capacity(sql.len());
    for (index, piece) in pieces.iter().enumerate() {
        if is_column(product, piece, from) && !is_something_else(&pieces, index) {
            text.push_str(&spell::quote(spell::mark(product), to));
        } else {
            text.push_str(piece.text);
        }
    }
    text
}

/// Whether a piece is this name, as the product compares names.
fn is_column(product: Product, piece: &Piece<'_>, name: &str) -> bool {
    match (piece.kind, product) {
        (Kind::Word, Product::Postgres) => piece.text.to_lowercase() == name,
        (Kind::Name, Product::Postgres) => spell::content(piece.text) == name,
        (Kind::Word, Product::MySql | Product::MariaDb | Product::Sqlite) => piece.text.eq_ignore_ascii_case(name),
        (Kind::Name, Product::MySql | Product::MariaDb | Product::Sqlite) => {
            spell::content(piece.text).eq_ignore_ascii_case(name)
        }
        (Kind::Space | Kind::Comment | Kind::ExecutableComment | Kind::String | Kind::Symbol, _) => false,
    }
}

/// A function's name has a parenthesis after it, a type's stands after `::` or `AS`.
fn is_something_else(pieces: &[Piece<'_>], index: usize) -> bool {
    let after = pieces.iter().skip(index + 1).find(|piece| !piece.is_blank());
    let mut before = pieces.iter().take(index).rev().filter(|piece| !piece.is_blank());
    let (last, last_but_one) = (before.next(), before.next());
    let is = |piece: Option<&Piece<'_>>, text: &str| piece.is_some_and(|piece| piece.text == text);
    is(after, "(") || (is(last, ":") && is(last_but_one, ":")) || last.is_some_and(|piece| piece.is_word("as"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_column_changes() {
        let renamed = |product, sql| rename_column(product, sql, "day", "due");
        let postgres = Product::Postgres;
        assert_eq!(
            renamed(postgres, "day > 'day'::day AND \"day\" < now()"),
            "\"due\" > 'day'::day AND \"due\" < now()"
        );
        assert_eq!(renamed(postgres, "DAY > 1 and \"Day\" > 1"), "\"due\" > 1 and \"Day\" > 1");
        assert_eq!(renamed(postgres, "cast(t.day as day)"), "cast(t.\"due\" as day)");
        assert_eq!(renamed(Product::MySql, "day(`Day`) + today"), "day(`due`) + today");
        assert_eq!(renamed(Product::Sqlite, "[day] + day /* day */"), "\"due\" + \"due\" /* day */");
        assert_eq!(renamed(Product::Sqlite, "day = 'open"), "day = 'open");
    }
}
