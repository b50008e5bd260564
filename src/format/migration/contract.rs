//! The line in the header of a migration that removes what an earlier one has left for the former version of a program.
//!
//! Must not know when such a migration may run.

use super::MigrationId;

/// The words before the id of the earlier migration.
const CONTRACT_OF: &str = "-- contract of ";

/// Reads a line of the header; `None` if it is another one.
pub(super) fn read(line: &str) -> Option<MigrationId> {
    line.strip_prefix(CONTRACT_OF)?.trim().parse().ok()
}

/// The line of the header.
pub(super) fn line(expand: &MigrationId) -> String {
    format!("{CONTRACT_OF}{expand}")
}
