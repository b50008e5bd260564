//! The four database products, by name.
//!
//! Must not know what any of them does; that is `dialect`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A database product. MySQL and MariaDB are two: they differ in defaults, JSON, checks and what they print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    MySql,
    /// MariaDB.
    MariaDb,
}

impl Product {
    /// Every product, in the order they are listed to people.
    pub const ALL: [Self; 4] = [Self::Sqlite, Self::Postgres, Self::MySql, Self::MariaDb];

    /// The name used in configuration, folders and files: `sqlite`, `postgres`, `mysql`, `mariadb`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

impl FromStr for Product {
    type Err = String;

    /// Accepts [`Product::key`] and the usual other spelling, `postgresql`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "postgresql" => Ok(Self::Postgres),
            _ => Self::ALL
                .into_iter()
                .find(|product| product.key() == text)
                .ok_or_else(|| format!("unknown dialect `{text}`: sqlite, postgres, mysql or mariadb")),
        }
    }
}
