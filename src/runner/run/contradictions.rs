//! What a row of the history says that its migration file contradicts: somebody changed the row by hand.
//!
//! Must not know a connection.

use crate::migration::{self, Migration};

use super::history::{Record, State};
use super::{Applicable, Direction};

/// What the rows of completed migrations say that their files contradict, a sentence each. The time, the duration, the version of
/// the tool and the fingerprints cannot be compared with a file. Rows of incomplete migrations, and rows whose file is missing or
/// has another checksum, are refused by [`pending`](fn@super::pending).
pub fn contradictions(history: &[Record], files: &[Applicable<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for record in history.iter().filter(|record| record.status.is_done()) {
        let Some(file) = files.iter().find(|file| file.migration.id.as_str() == record.id) else { continue };
        let wrong = wrong_columns(record, file.migration);
        if !wrong.is_empty() {
            found.push(format!(
                "the row of `{}` in the history was changed by hand ({}): `gen resolve {} --applied` writes it anew",
                record.id,
                wrong.join(", "),
                record.id
            ));
        }
    }
    found
}

/// The columns of a row that contradict the file.
fn wrong_columns(record: &Record, file: &Migration) -> Vec<&'static str> {
    // Without an owner nothing was executed, or an earlier version did it, which did not record the DOWN section.
    let is_counted = record.statements == file.up.len();
    let is_of_earlier_version = record.owner.is_none() && record.down.is_none() && is_counted;
    let is_executed = record.owner.is_some() || is_of_earlier_version;
    let is_down_kept = match &record.down {
        Some(down) => is_down_of(file, down),
        None => record.owner.is_none() || file.down.is_empty(),
    };
    let checks = [
        ("name", record.name == file.id.name()),
        ("direction", record.direction == Direction::Up),
        ("statements", if is_executed { is_counted } else { record.statements == 0 }),
        ("status", record.owner.is_none() || record.status == State::Applied),
        ("journal", record.journal.is_none()),
        ("down", is_down_kept),
        ("fingerprint", record.fingerprints().count() <= 2 && record.fingerprints().all(is_fingerprint)),
    ];
    checks.into_iter().filter(|(_, holds)| !holds).map(|(column, _)| column).collect()
}

/// Whether a text of the history is the DOWN section of the file. As in the checksum of a file, comments do not count.
fn is_down_of(file: &Migration, text: &str) -> bool {
    let Ok(kept) = migration::parse(file.id.clone(), file.product, text) else { return false };
    let counted = |migration: &Migration| Migration { up: Vec::new(), ..migration.clone() }.checksum();
    kept.up.is_empty() && counted(&kept) == counted(file)
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
