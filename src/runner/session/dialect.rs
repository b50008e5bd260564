//! What the runner's own statements say differently for each product.
//!
//! Must not know a session.

use crate::Product;

use super::{HISTORY_TABLE, mysql, postgres, sqlite};

/// The name of the table that records what was applied, of a history of this name.
pub(crate) fn history_table(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{HISTORY_TABLE}_{name}"),
        None => HISTORY_TABLE.to_owned(),
    }
}

/// The placeholder of a value in a statement, counted from 1.
pub(crate) fn placeholder(product: Product, index: usize) -> String {
    match product {
        Product::Postgres => format!("${index}"),
        Product::MySql | Product::MariaDb | Product::Sqlite => "?".to_owned(),
    }
}

/// The time of the server as an expression.
pub(crate) fn now(product: Product) -> &'static str {
    match product {
        Product::Postgres => postgres::NOW,
        Product::MySql | Product::MariaDb => mysql::NOW,
        Product::Sqlite => sqlite::NOW,
    }
}
