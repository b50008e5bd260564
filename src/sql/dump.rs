//! A dump: a script for a database's own client, which holds more than statements.
//!
//! Must not know where the statements are sent.

use crate::schema::Product;

use super::{Cutter, Kind, Part, Unterminated, client, words};

/// The statements of a dump. The client's own commands (`\restrict`, `.headers on`) and the rows that `COPY … FROM stdin`
/// carries are left out: a schema is what is wanted of it.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn statements(product: Product, script: &str) -> Result<Vec<String>, Unterminated> {
    let mut statements = Vec::new();
    let mut cutter = Cutter::new(product, script);
    while let Some(part) = cutter.next() {
        match part? {
            Part::Statement(statement) if client::copies_rows(product, &statement.tokens) => {
                let after = statement.tokens.last().map_or(script.len(), super::Token::end);
                let rows = script.get(after..).unwrap_or_default();
                let end = rows.find("\n\\.").map_or(rows.len(), |at| at + "\n\\.".len());
                cutter.resume(after + end);
            }
            Part::Statement(statement) => statements.push(statement.text.to_owned()),
            Part::Between(_) | Part::End | Part::Client(_) => {}
        }
    }
    Ok(statements)
}

/// Whether a statement reaches beyond the database it is sent to: another database, or what belongs to the whole server.
pub fn reaches_beyond(product: Product, statement: &str) -> bool {
    let words = words(product, statement);
    let passed = ["OR", "REPLACE", "IF", "NOT", "EXISTS"];
    let mut words = words.iter().filter(|word| word.kind == Kind::Word);
    let Some(first) = words.next() else { return false };
    let second = words.find(|word| !word.is_any(&passed));
    let second_is = |known: &[&str]| second.is_some_and(|second| second.is_any(known));
    let defines = first.is_any(&["CREATE", "ALTER", "DROP", "RENAME"]);
    match product {
        Product::Sqlite => first.is_any(&["ATTACH", "DETACH"]),
        Product::Postgres => defines && second_is(&["DATABASE", "ROLE", "USER", "TABLESPACE", "GROUP"]),
        Product::MySql | Product::MariaDb => {
            first.is_word("USE") || defines && second_is(&["DATABASE", "SCHEMA", "USER", "ROLE", "TABLESPACE"])
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
