//! SQLite. Must not know other databases.
