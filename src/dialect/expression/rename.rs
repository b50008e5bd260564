//! Renames a column or a table in SQL text.
//!
//! Must not know what the expression means: it works on tokens, and changes only the name.

use sea_gen_runner::sql::{self, Token, TokenKind};

use crate::dialect::Product;

use super::{print, spell};

/// Renames a column in an expression of its table (a check, a generated column, an index), as databases do in stored
/// expressions. Text with an unterminated quote is unchanged.
pub fn rename_column(product: Product, sql: &str, from: &str, to: &str) -> String {
    let Ok(pieces) = sql::tokens(product, sql) else { return sql.to_owned() };
    let mut text = String::with_capacity(sql.len());
    for (index, piece) in pieces.iter().enumerate() {
        if is_named(product, piece, from) && !is_something_else(&pieces, index) {
            text.push_str(&spelled(product, to));
        } else {
            text.push_str(piece.text);
        }
    }
    text
}

/// Renames a table in a view's query or a trigger's statement: where the grammar expects a table (`FROM`, `JOIN`,
/// `INTO`, `UPDATE`, `ON`, before a dot). In a comma join the old name remains.
pub fn rename_table(product: Product, sql: &str, from: &str, to: &str) -> String {
    let Ok(pieces) = sql::tokens(product, sql) else { return sql.to_owned() };
    let mut text = String::with_capacity(sql.len());
    for (index, piece) in pieces.iter().enumerate() {
        if is_named(product, piece, from) && is_table(&pieces, index) {
            text.push_str(&spelled(product, to));
        } else {
            text.push_str(piece.text);
        }
    }
    text
}

/// A name, quoted only if necessary, as catalogs print it.
pub fn spelled(product: Product, name: &str) -> String {
    if print::is_bare(product, name) { name.to_owned() } else { spell::quote(spell::mark(product), name) }
}

/// Whether SQL mentions a name, compared as the product compares names; strings do not count.
pub fn mentions(product: Product, sql: &str, name: &str) -> bool {
    sql::tokens(product, sql).is_ok_and(|pieces| pieces.iter().any(|piece| is_named(product, piece, name)))
}

/// Whether the token at this position is a table's name: after a keyword or before a dot. `FROM schema.table` has both.
fn is_table(pieces: &[Token<'_>], index: usize) -> bool {
    let next = |from: usize| pieces.iter().skip(from).find(|piece| !piece.is_blank());
    let mut before = pieces.iter().take(index).rev().filter(|piece| !piece.is_blank());
    let (mut last, one_before, two_before) = (before.next(), before.next(), before.next());
    if last.is_some_and(|piece| piece.text == ".") && one_before.is_some() {
        last = two_before;
    }
    let opens = ["from", "join", "into", "update", "on", "table"];
    let opened = last.is_some_and(|last| opens.iter().any(|word| last.is_word(word)));
    opened || next(index + 1).is_some_and(|piece| piece.text == ".")
}

/// Whether a token is this name, compared as the product compares names.
fn is_named(product: Product, piece: &Token<'_>, name: &str) -> bool {
    match (piece.kind, product) {
        (TokenKind::Word, Product::Postgres) => piece.text.to_lowercase() == name,
        (TokenKind::Name, Product::Postgres) => spell::content(piece.text) == name,
        (TokenKind::Word, Product::MySql | Product::MariaDb | Product::Sqlite) => piece.text.eq_ignore_ascii_case(name),
        (TokenKind::Name, Product::MySql | Product::MariaDb | Product::Sqlite) => {
            spell::content(piece.text).eq_ignore_ascii_case(name)
        }
        (
            TokenKind::Space
            | TokenKind::Comment
            | TokenKind::Hint
            | TokenKind::String
            | TokenKind::Number
            | TokenKind::Symbol,
            _,
        ) => false,
    }
}

/// Whether it is the name of a function, before a parenthesis, or of a type, after `::` or `AS`.
fn is_something_else(pieces: &[Token<'_>], index: usize) -> bool {
    let after = pieces.iter().skip(index + 1).find(|piece| !piece.is_blank());
    let mut before = pieces.iter().take(index).rev().filter(|piece| !piece.is_blank());
    let (last, last_but_one) = (before.next(), before.next());
    let is = |piece: Option<&Token<'_>>, text: &str| piece.is_some_and(|piece| piece.text == text);
    is(after, "(") || (is(last, ":") && is(last_but_one, ":")) || last.is_some_and(|piece| piece.is_word("as"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_column_changes() {
        let renamed = |product, sql| rename_column(product, sql, "day", "due");
        let postgres = Product::Postgres;
        assert_eq!(renamed(postgres, "day > 'day'::day AND \"day\" < now()"), "due > 'day'::day AND due < now()");
        assert_eq!(renamed(postgres, "DAY > 1 and \"Day\" > 1"), "due > 1 and \"Day\" > 1");
        assert_eq!(renamed(postgres, "cast(t.day as day)"), "cast(t.due as day)");
        assert_eq!(renamed(Product::MySql, "day(`Day`) + today"), "day(due) + today");
        assert_eq!(renamed(Product::Sqlite, "[day] + day /* day */"), "due + due /* day */");
        assert_eq!(renamed(Product::Sqlite, "day = 'open"), "day = 'open");
    }

    #[test]
    fn only_the_table_changes() {
        let renamed = |product, sql| rename_table(product, sql, "book", "volume");
        assert_eq!(
            renamed(Product::Postgres, "SELECT book.id, book FROM public.book JOIN \"Book\" b ON book.id = b.book"),
            "SELECT volume.id, book FROM public.volume JOIN \"Book\" b ON volume.id = b.book"
        );
        assert_eq!(
            renamed(
                Product::Sqlite,
                "CREATE TRIGGER book AFTER UPDATE OF book ON book BEGIN INSERT INTO Book VALUES (1); END"
            ),
            "CREATE TRIGGER book AFTER UPDATE OF book ON volume BEGIN INSERT INTO volume VALUES (1); END"
        );
        assert!(mentions(Product::MySql, "select `Book` from b", "book"));
        assert!(!mentions(Product::Postgres, "select 'book', \"Book\"", "book"));
    }
}
