//! What a MySQL or MariaDB session is pinned to.
//!
//! Must not know what the session is used for.

/// Statements sent once after connecting. The SQL mode decides how strings and identifiers are read, so it is pinned and
/// the dialect's literals are written for it.
pub const SETTINGS: &[&str] = &[
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "SET NAMES utf8mb4",
    "SET time_zone = '+00:00'",
];
