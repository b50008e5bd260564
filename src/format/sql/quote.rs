//! Names and strings as each product writes them.
//!
//! Must not know the origin of a name, or the content of a string.

use crate::Product;

/// Quotes an identifier. On PostgreSQL NUL cannot be part of one and is left out.
pub fn quote(product: Product, name: &str) -> String {
    match product {
        Product::Postgres => format!("\"{}\"", name.replace('\0', "").replace('"', "\"\"")),
        Product::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        Product::MySql | Product::MariaDb => format!("`{}`", name.replace('`', "``")),
    }
}

/// Writes a string. PostgreSQL's sessions are pinned to standard strings, so a backslash is a character like any other there,
/// and NUL, which cannot be part of a string, is left out. On MySQL and MariaDB the backslash is escaped, and so is NUL, which
/// the servers' tools do not pass on.
pub fn literal(product: Product, text: &str) -> String {
    match product {
        Product::Postgres => format!("'{}'", text.replace('\0', "").replace('\'', "''")),
        Product::Sqlite => format!("'{}'", text.replace('\'', "''")),
        Product::MySql | Product::MariaDb => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', "\\0"))
        }
    }
}
