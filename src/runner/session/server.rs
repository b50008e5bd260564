//! What a server is, by the version that it prints: the product, and whether its catalog has what is read from it.
//!
//! Must not know a session, or what differs between versions that are new enough: the dialects know that.

use crate::Product;

/// MySQL or MariaDB, which have one protocol.
pub fn mysql_or_mariadb(version: &str) -> Product {
    if version.to_ascii_lowercase().contains("mariadb") { Product::MariaDb } else { Product::MySql }
}

/// The first version whose catalog has everything that is read, as far as it is older than what the server prints. SQLite is
/// compiled in.
pub(super) fn missed(product: Product, version: &str) -> Option<&'static str> {
    let (first, oldest): (&str, &[u32]) = match product {
        Product::Sqlite => return None,
        // `DROP DATABASE … WITH (FORCE)`, and statistics targets of extended statistics.
        Product::Postgres => ("PostgreSQL 13", &[13]),
        // The catalog of checks.
        Product::MySql => ("MySQL 8.0.16", &[8, 0, 16]),
        // Indexes that the optimizer ignores.
        Product::MariaDb => ("MariaDB 10.6", &[10, 6]),
    };
    let found = numbers(version);
    (!found.is_empty() && *found < *oldest).then_some(first)
}

/// The numbers of a version. MariaDB may print one of MySQL's before its own: `5.5.5-10.11.6-MariaDB`.
fn numbers(version: &str) -> Vec<u32> {
    let own = version.strip_prefix("5.5.5-").unwrap_or(version);
    let end = own.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(own.len());
    own.get(..end).unwrap_or_default().split('.').map_while(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_too_old_names_the_first_one_that_is_not() {
        for (product, version) in [
            (Product::Postgres, "13.23"),
            (Product::Postgres, "19rc1"),
            (Product::MySql, "8.0.16"),
            (Product::MySql, "9.7.4-debug"),
            (Product::MySql, "8.4"),
            (Product::MariaDb, "10.6.1-MariaDB-log"),
            (Product::MariaDb, "5.5.5-10.11.6-MariaDB"),
            (Product::MariaDb, "11.8.9-MariaDB-0+deb13u1 from Debian"),
            (Product::Sqlite, "3.7"),
            (Product::Postgres, "devel"),
        ] {
            assert_eq!(missed(product, version), None, "{version}");
        }
        for (product, version, first) in [
            (Product::Postgres, "12.22 (Debian 12.22-1)", "PostgreSQL 13"),
            (Product::Postgres, "9.6.24", "PostgreSQL 13"),
            (Product::MySql, "5.7.44-log", "MySQL 8.0.16"),
            (Product::MySql, "8.0.11", "MySQL 8.0.16"),
            (Product::MariaDb, "10.5.29-MariaDB-0+deb11u1", "MariaDB 10.6"),
            (Product::MariaDb, "5.5.5-10.5.8-MariaDB", "MariaDB 10.6"),
        ] {
            assert_eq!(missed(product, version), Some(first), "{version}");
        }
    }

    #[test]
    fn mysql_and_mariadb_are_told_apart() {
        assert_eq!(mysql_or_mariadb("11.8.9-MariaDB-log"), Product::MariaDb);
        assert_eq!(mysql_or_mariadb("mariadb-dump from 11.8.9-MariaDB"), Product::MariaDb);
        assert_eq!(mysql_or_mariadb("9.7.4"), Product::MySql);
    }
}
