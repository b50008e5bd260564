//! The lines in the header of a migration that branches were merged around, or that several were squashed into: the ids that it had
//! before, the migrations with which it may change places, and those that it replaces.
//!
//! Must not know how branches are merged, nor how migrations are squashed.

use std::collections::{BTreeMap, BTreeSet};

use super::MigrationId;
use super::parse::{ends_header, unmarked};

/// What merging branches or squashing migrations has changed about a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The ids that it had before.
    pub formerly: BTreeMap<MigrationId, Former>,
    /// The migrations of another branch before it: it was shown that either order leads to the same schema.
    pub any_order: BTreeSet<MigrationId>,
    /// The migrations that were squashed into it, each with its checksum: a database that has all of them has this one.
    pub replaces: BTreeMap<MigrationId, String>,
}

/// What a migration was under a former id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The checksum of its statements then.
    pub checksum: String,
    /// The checksum of its statements since the merge. If the file has another one, it was edited afterwards, and is no longer what
    /// was applied under that id.
    pub now: String,
}

/// The words before a former id and its checksum.
const FORMERLY: &str = "-- formerly ";

/// The words between a former checksum and that of the statements that were written anew.
const NOW: &str = " now ";

/// The words before the id of a migration that may also run later.
const ANY_ORDER: &str = "-- in any order with ";

/// The words before the id and the checksum of a migration that was squashed into this one.
const REPLACES: &str = "-- replaces ";

impl Merged {
    /// Whether branches were never merged around it, and nothing was squashed into it.
    pub fn is_empty(&self) -> bool {
        self.formerly.is_empty() && self.any_order.is_empty() && self.replaces.is_empty()
    }

    /// Adds a former id, under which the statements had the checksum `before`; now they have the checksum `now`. Ids of earlier merges
    /// are kept unless the file was edited since.
    pub fn rename(&mut self, was: MigrationId, before: &str, now: &str) {
        self.formerly.retain(|_, former| former.now == before);
        self.formerly.insert(was, Former { checksum: before.to_owned(), now: before.to_owned() });
        self.formerly.values_mut().for_each(|former| now.clone_into(&mut former.now));
    }

    /// Reads a line of the header. Any other line is left alone.
    pub(super) fn read(&mut self, line: &str) {
        if let Some((id, checksum)) = line.strip_prefix(FORMERLY).and_then(|said| said.trim().split_once(' ')) {
            let (checksum, now) = checksum.split_once(NOW).unwrap_or((checksum, checksum));
            let former = Former { checksum: checksum.trim().to_owned(), now: now.trim().to_owned() };
            self.formerly.extend(id.parse().ok().map(|id| (id, former)));
        } else if let Some(id) = line.strip_prefix(ANY_ORDER) {
            self.any_order.extend(id.trim().parse::<MigrationId>().ok());
        } else if let Some((id, checksum)) = line.strip_prefix(REPLACES).and_then(|said| said.trim().split_once(' ')) {
            self.replaces.extend(id.parse().ok().map(|id| (id, checksum.trim().to_owned())));
        }
    }

    /// The lines of the header.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let formerly = self.formerly.iter().map(|(id, Former { checksum, now })| match checksum == now {
            true => format!("{FORMERLY}{id} {checksum}"),
            false => format!("{FORMERLY}{id} {checksum}{NOW}{now}"),
        });
        let any_order = self.any_order.iter().map(|id| format!("{ANY_ORDER}{id}"));
        let replaces = self.replaces.iter().map(|(id, checksum)| format!("{REPLACES}{id} {checksum}"));
        formerly.chain(any_order).chain(replaces)
    }

    /// The text of a migration file with these lines in its header, below its other lines, and nothing else changed.
    pub fn restate(&self, text: &str) -> String {
        let rest = unmarked(text);
        let mut lines: Vec<&str> = rest.split_inclusive('\n').collect();
        let line_end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let header = lines.iter().take_while(|line| !ends_header(line)).count();
        let mut head: Vec<&str> = lines.drain(..header).collect();
        head.retain(|line| ![FORMERLY, ANY_ORDER, REPLACES].iter().any(|words| line.starts_with(words)));
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
            formerly: BTreeMap::from([
                (id("20260101_000000_a"), Former { checksum: "0123".to_owned(), now: "0123".to_owned() }),
                (id("20260102_000000_a"), Former { checksum: "0123".to_owned(), now: "4567".to_owned() }),
            ]),
            any_order: BTreeSet::from([id("20260102_000000_b"), id("20260103_000000_c")]),
            replaces: BTreeMap::from([(id("20260101_000000_d"), "89ab".to_owned())]),
        }
    }

    #[test]
    fn the_header_says_what_was_merged() {
        let said = "-- formerly 20260101_000000_a 0123\n-- formerly 20260102_000000_a 0123 now 4567\n-- in any order with 20260102_000000_b\n-- in any order with 20260103_000000_c\n-- replaces 20260101_000000_d 89ab\n";
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

    #[test]
    fn a_former_id_is_kept_until_the_file_is_edited() {
        let id = |text: &str| text.parse::<MigrationId>().unwrap();
        let mut merged = Merged::default();
        merged.rename(id("20260101_000000_a"), "0", "1");
        merged.rename(id("20260102_000000_a"), "1", "2");
        let read: Vec<String> = merged.lines().collect();
        assert_eq!(read, ["-- formerly 20260101_000000_a 0 now 2", "-- formerly 20260102_000000_a 1 now 2"]);
        merged.rename(id("20260103_000000_a"), "edited", "edited");
        assert_eq!(merged.lines().collect::<Vec<_>>(), ["-- formerly 20260103_000000_a edited"]);
    }
}
