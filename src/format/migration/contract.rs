//! The line in the header of a migration that removes what an earlier one has left for the former version of a program.
//!
//! Must not know when such a migration may run.

use super::MigrationId;
use super::parse::ends_header;

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

/// The text of a migration file with another id in this line of its header, and nothing else changed.
pub(super) fn restate(text: &str, expand: &MigrationId) -> String {
    let mut is_header = true;
    let restated = text.split_inclusive('\n').map(|said| {
        is_header &= !ends_header(said);
        let line_end = said.get(said.trim_end().len()..).unwrap_or_default();
        match read(said).filter(|_| is_header) {
            Some(_) => format!("{}{line_end}", line(expand)),
            None => said.to_owned(),
        }
    });
    restated.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_of_the_header_gets_another_id() {
        let text = "-- A\r\n-- contract of 20260101_000000_a\r\n-- by me\n\n-- UP\n-- contract of 20260101_000000_a\n";
        let expected =
            "-- A\r\n-- contract of 20260102_000000_b\r\n-- by me\n\n-- UP\n-- contract of 20260101_000000_a\n";
        assert_eq!(restate(text, &"20260102_000000_b".parse().unwrap()), expected);
    }
}
