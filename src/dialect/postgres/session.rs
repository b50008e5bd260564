//! What a PostgreSQL session is pinned to.
//!
//! Must not know what the session is used for.

/// Statements sent once after connecting: how strings are read, how dates and names are printed, and that the body of a
/// function may name what is created after it.
pub const SETTINGS: &[&str] = &[
    "SET standard_conforming_strings = on",
    "SET client_min_messages = warning",
    "SET TIME ZONE 'UTC'",
    "SET quote_all_identifiers = off",
    "SET check_function_bodies = off",
    "SET intervalstyle = postgres",
    "SET datestyle = iso",
    "SET extra_float_digits = 1",
    "SET bytea_output = hex",
];
