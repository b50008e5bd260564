//! Dumps: scripts for a database's own client, with more than statements in them.
//!
//! Must not know where the statements are sent.

use crate::Product;

use super::{Cutter, Piece, Unterminated, client};

/// The statements of a dump. Client commands (`\restrict`, `.headers on`) and the data of `COPY … FROM stdin` are left out:
/// only the schema is needed.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn statements(product: Product, script: &str) -> Result<Vec<String>, Unterminated> {
    let mut statements = Vec::new();
    let mut cutter = Cutter::new(product, script);
    while let Some(part) = cutter.next() {
        match part? {
            Piece::Statement(statement) if client::copies_rows(product, &statement.tokens) => {
                let after = statement.tokens.last().map_or(script.len(), super::Token::end);
                let rows = script.get(after..).unwrap_or_default();
                let end = rows.find("\n\\.").map_or(rows.len(), |at| at + "\n\\.".len());
                cutter.resume(after + end);
            }
            Piece::Statement(statement) => statements.push(statement.text.to_owned()),
            Piece::Between(_) | Piece::End | Piece::Client(_) => {}
        }
    }
    Ok(statements)
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
}
