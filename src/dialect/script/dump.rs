//! A dump: a script for a database's own client, which holds more than statements.
//!
//! Must not know where the statements are sent.

use crate::dialect::Product;

use super::{Unterminated, lexer, split};

/// The statements of a dump. The client's own commands (`\restrict`, `.headers on`) and the rows that `COPY … FROM stdin`
/// carries are left out: a schema is what is wanted of it.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn statements(product: Product, script: &str) -> Result<Vec<String>, Unterminated> {
    let command = match product {
        Product::Postgres => Some("\\"),
        Product::Sqlite => Some("."),
        Product::MySql | Product::MariaDb => None,
    };
    let mut kept = String::new();
    let (mut position, mut start) = (0, 0);
    let (mut fresh, mut copies, mut from_client) = (true, false, false);
    while let Some(piece) = lexer::piece_at(product, script, position)? {
        position = piece.end();
        if fresh && command == Some(piece.text) {
            position += line(script, position);
            continue;
        }
        if fresh && !piece.is_blank() {
            (start, fresh, from_client) = (kept.len(), false, false);
            copies = product == Product::Postgres && piece.is_word("COPY");
        }
        from_client |= copies && piece.is_word("stdin");
        kept.push_str(piece.text);
        if piece.text == ";" {
            fresh = true;
            if from_client {
                kept.truncate(start);
                let rows = script.get(position..).unwrap_or_default();
                let end = rows.find("\n\\.").map_or(rows.len(), |at| at + "\n\\.".len());
                position += end;
            }
        }
    }
    split(product, &kept)
}

/// How long the rest of the line is.
fn line(script: &str, position: usize) -> usize {
    let rest = script.get(position..).unwrap_or_default();
    rest.find('\n').unwrap_or(rest.len())
}

/// Whether a statement reaches beyond the database it is sent to: another database, or what belongs to the whole server.
pub fn reaches_beyond(product: Product, statement: &str) -> bool {
    let pieces = lexer::pieces(product, statement).unwrap_or_default();
    let mut words = pieces.iter().filter(|piece| piece.kind == lexer::Kind::Word);
    let (Some(first), second) = (words.next(), words.next()) else { return false };
    let first_is = |known: &[&str]| known.iter().any(|word| first.is_word(word));
    let second_is = |known: &[&str]| known.iter().any(|word| second.is_some_and(|second| second.is_word(word)));
    let defines = first_is(&["CREATE", "ALTER", "DROP", "RENAME"]);
    match product {
        Product::Sqlite => first_is(&["ATTACH", "DETACH"]),
        Product::Postgres => defines && second_is(&["DATABASE", "ROLE", "USER", "TABLESPACE", "GROUP"]),
        Product::MySql | Product::MariaDb => {
            first_is(&["USE"]) || defines && second_is(&["DATABASE", "SCHEMA", "USER", "ROLE", "TABLESPACE"])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_the_client_is_left_out() {
        let dump = "-- a dump\n\\restrict abc'\n\nSET x = 1;\nCREATE TABLE a (b text DEFAULT '\\restrict');\n\
                    COPY a (b) FROM stdin;\nit's; one\n\\N\n\\.\n\nCREATE INDEX i ON a (b);\n\\unrestrict abc'\n";
        assert_eq!(
            statements(Product::Postgres, dump).unwrap(),
            ["SET x = 1", "CREATE TABLE a (b text DEFAULT '\\restrict')", "CREATE INDEX i ON a (b)"]
        );
        let dump = ".headers on\nCREATE TABLE a (b);\nSELECT a.b FROM a;\n.quit\n";
        assert_eq!(statements(Product::Sqlite, dump).unwrap(), ["CREATE TABLE a (b)", "SELECT a.b FROM a"]);
    }

    #[test]
    fn what_reaches_beyond_is_found() {
        for (product, statement, beyond) in [
            (Product::MySql, "USE shop", true),
            (Product::MariaDb, "create /*!32312 IF NOT EXISTS*/ database `shop`", true),
            (Product::MariaDb, "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`", true),
            (Product::MySql, "CREATE TABLE use_it (a int)", false),
            (Product::Postgres, "DROP DATABASE shop", true),
            (Product::Postgres, "CREATE SCHEMA shop", false),
            (Product::Postgres, "CREATE ROLE reader", true),
            (Product::Sqlite, "ATTACH 'other.db' AS other", true),
            (Product::Sqlite, "CREATE TABLE a (b)", false),
        ] {
            assert_eq!(reaches_beyond(product, statement), beyond, "{statement}");
        }
    }
}
