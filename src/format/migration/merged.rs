//! The lines in the header of a migration that branches were merged around: the ids that it had before, and the migrations with
//! which it may change places.
//!
//! Must not know how branches are merged.

use std::collections::{BTreeMap, BTreeSet};

use super::MigrationId;
use super::parse::{ends_header, unmarked};

/// What merging branches has changed about a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The ids that it had before, each with the checksum that it had.
    pub formerly: BTreeMap<MigrationId, String>,
    /// The migrations of another branch before it: it was shown that either order leads to the same schema.
    pub any_order: BTreeSet<MigrationId>,
}

/// The words before a former id and its checksum.
const FORMERLY: &str = "-- formerly ";

/// The words before the id of a migration that may also run later.
const ANY_ORDER: &str = "-- in any order with ";

impl Merged {
    /// Whether branches were never merged around it.
    pub fn is_empty(&self) -> bool {
        self.formerly.is_empty() && self.any_order.is_empty()
    }

    /// Reads a line of the header. Any other line is left alone.
    pub(super) fn read(&mut self, line: &str) {
        if let Some((id, checksum)) = line.strip_prefix(FORMERLY).and_then(|said| said.trim().split_once(' ')) {
            self.formerly.extend(id.parse().ok().map(|id| (id, checksum.trim().to_owned())));
        } else if let Some(id) = line.strip_prefix(ANY_ORDER) {
            self.any_order.extend(id.trim().parse::<MigrationId>().ok());
        }
    }

    /// The lines of the header.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let formerly = self.formerly.iter().map(|(id, checksum)| format!("{FORMERLY}{id} {checksum}"));
        formerly.chain(self.any_order.iter().map(|id| format!("{ANY_ORDER}{id}")))
    }

    /// The text of a migration file with these lines in its header, below its other lines, and nothing else changed.
    pub fn restate(&self, text: &str) -> String {
        let rest = unmarked(text);
        let mut lines: Vec<&str> = rest.split_inclusive('\n').collect();
        let line_end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let header = lines.iter().take_while(|line| !ends_header(line)).count();
        let mut head: Vec<&str> = lines.drain(..header).collect();
        head.retain(|line| !line.starts_with(FORMERLY) && !line.starts_with(ANY_ORDER));
        // A blank line stays between the header and the first section.
        let place = head.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
        let (above, below) = head.split_at(place);
        let said: String = self.lines().map(|line| format!("{line}{line_end}")).collect();
        let mark = text.get(..text.len() - rest.len()).unwrap_or_default();
        format!("{mark}{}{said}{}{}", above.concat(), below.concat(), lines.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Product;

    fn merged() -> Merged {
        let id = |text: &str| text.parse::<MigrationId>().unwrap();
        Merged {
            formerly: BTreeMap::from([(id("20260101_000000_a"), "0123".to_owned())]),
            any_order: BTreeSet::from([id("20260102_000000_b"), id("20260103_000000_c")]),
        }
    }

    #[test]
    fn the_header_says_what_was_merged() {
        let said = "-- formerly 20260101_000000_a 0123\n-- in any order with 20260102_000000_b\n-- in any order with 20260103_000000_c\n";
        for (text, expected) in [
            (
                "-- A\n-- from 11111111\n\n-- UP\nSELECT 1;\n",
                format!("-- A\n-- from 11111111\n{said}\n-- UP\nSELECT 1;\n"),
            ),
            ("-- UP\nSELECT 1;\n", format!("{said}-- UP\nSELECT 1;\n")),
            ("\u{feff}-- A\r\n-- UP\r\n", format!("\u{feff}-- A\r\n{}-- UP\r\n", said.replace('\n', "\r\n"))),
        ] {
            assert_eq!(merged().restate(text), expected);
            assert_eq!(merged().restate(&expected), expected, "a second time changes nothing");
            assert_eq!(Merged::default().restate(&expected), text, "and it can be taken back");
            let read = super::super::parse("20260104_000000_d".parse().unwrap(), Product::Sqlite, &expected).unwrap();
            assert_eq!(read.merged, merged());
        }
    }
}
