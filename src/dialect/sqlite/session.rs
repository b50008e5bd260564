//! What an SQLite session is pinned to.
//!
//! Must not know what the session is used for.

/// Statements sent once after connecting. Foreign keys are enforced, as sqlx does by default; a migration switches them off
/// before its transaction and checks them before its end. Renaming rewrites what refers to the renamed.
pub const SETTINGS: &[&str] = &["PRAGMA foreign_keys = ON", "PRAGMA legacy_alter_table = OFF"];
