//! Which of the two servers it is, and the questions whose answers differ.
//!
//! Must not know SQL text; it only answers questions.

use crate::dialect::Product;

/// MySQL or MariaDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// MySQL 8 and later.
    MySql,
    /// MariaDB 10.6 and later.
    MariaDb,
}

impl Flavor {
    /// The product of this flavor.
    pub fn product(self) -> Product {
        match self {
            Self::MySql => Product::MySql,
            Self::MariaDb => Product::MariaDb,
        }
    }
}
