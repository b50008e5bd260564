//! Probes of SQLite: everything but a few statements knows transactions.
//!
//! Must not know the other databases.

use crate::reading::Cursor;

use super::Probe;

const ALONE: [&str; 4] = ["VACUUM", "PRAGMA", "ATTACH", "DETACH"];

/// Whether a transaction refuses the statement, or takes its effect away.
pub(super) fn is_alone(mut cursor: Cursor<'_>) -> bool {
    cursor.take_any(&ALONE).is_some()
}

/// The probe of a statement.
pub(super) fn probe(mut cursor: Cursor<'_>) -> Probe {
    match cursor.take_any(&ALONE) {
        Some(_) => Probe::Repeatable,
        None => Probe::Unknown,
    }
}
