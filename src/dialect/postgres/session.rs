//! What a PostgreSQL session is pinned to.
//!
//! Must not know what the session is used for.

/// Statements sent once after connecting: how strings are read, and how dates and names are printed.
pub const SETTINGS: &[&str] =
    &["SET standard_conforming_strings = on", "SET client_min_messages = warning", "SET TIME ZONE 'UTC'"];
