//! The runner.

/// The table that remembers what was applied.
pub const HISTORY_TABLE: &str = "sea_gen_history";
