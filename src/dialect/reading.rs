//! Determines the effect of a statement of a migration file, generated or not: by its first keywords or, if those are
//! unknown, by asking the parser whether it is SQL at all.
//!
//! Must not know files, or how the effect is judged.

mod paired;
mod unseen;

use sea_gen_runner::reading::{self, Reading, UNKNOWN};
use sqlparser::parser::Parser;

use crate::dialect::Product;

pub use paired::pair;
pub use unseen::{every_unseen, unseen};

/// The effect of one statement.
pub fn read(product: Product, sql: &str) -> Reading {
    let mut reading = reading::read(product, sql);
    if reading.unread.as_deref() == Some(UNKNOWN) && parses(product, sql) {
        reading.unread = None;
    }
    reading
}

/// Whether the parser accepts it as SQL.
fn parses(product: Product, sql: &str) -> bool {
    use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
    let dialect: &dyn Dialect = match product {
        Product::Postgres => &PostgreSqlDialect {},
        Product::MySql | Product::MariaDb => &MySqlDialect {},
        Product::Sqlite => &SQLiteDialect {},
    };
    Parser::parse_sql(dialect, sql).is_ok_and(|statements| statements.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_parser_understands_is_read() {
        assert_eq!(read(Product::Postgres, "EXPLAIN SELECT 1").unread, None);
        assert!(read(Product::Postgres, "FROBNICATE t").unread.is_some());
    }
}
