//! Rewrites the fingerprints in the header of a migration file that was edited.
//!
//! Must not change anything else in the text: not a comment, not a line end.

use super::Heading;
use super::parse::{ends_header, unmarked};

/// The text with the fingerprints of `heading` in its header. If the text has none, they are added below its first line.
pub fn restate(text: &str, heading: &Heading) -> String {
    let rest = unmarked(text);
    let mut lines: Vec<&str> = rest.split_inclusive('\n').collect();
    let line_end = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let said = line(heading).map(|line| format!("{line}{line_end}"));
    let header = lines.iter().take_while(|line| !ends_header(line)).count();
    let is_said = |line: &&str| states(line) != (None, None);
    let place = lines.get(..header).unwrap_or_default().iter().position(is_said);
    if let Some(place) = place {
        lines.remove(place);
    }
    let place = place.unwrap_or_else(|| header.min(1));
    let before: String = lines.get(..place).unwrap_or_default().concat();
    let after: String = lines.get(place..).unwrap_or_default().concat();
    let mark = text.get(..text.len() - rest.len()).unwrap_or_default();
    format!("{mark}{before}{}{after}", said.unwrap_or_default())
}

/// The line, if one of the states is known.
pub(super) fn line(Heading { from, to, .. }: &Heading) -> Option<String> {
    match (from, to) {
        (Some(from), Some(to)) => Some(format!("-- from {from} to {to}")),
        (Some(from), None) => Some(format!("-- from {from}")),
        (None, Some(to)) => Some(format!("-- to {to}")),
        (None, None) => None,
    }
}

/// The fingerprints that the migration leads from and to, from a line of the header.
pub(super) fn states(line: &str) -> (Option<String>, Option<String>) {
    let is_fingerprint = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words: Vec<&str> = line.strip_prefix("--").unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        ["from", start, "to", end] if is_fingerprint(start) && is_fingerprint(end) => {
            (Some((*start).to_owned()), Some((*end).to_owned()))
        }
        ["from", start] if is_fingerprint(start) => (Some((*start).to_owned()), None),
        ["to", end] if is_fingerprint(end) => (None, Some((*end).to_owned())),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(from: Option<&str>, to: Option<&str>) -> Heading {
        let owned = |it: Option<&str>| it.map(str::to_owned);
        Heading { id: "20260101_000000_a".parse().unwrap(), from: owned(from), to: owned(to) }
    }

    #[test]
    fn one_line_is_changed() {
        let both = heading(Some("aaaaaaaa"), Some("bbbbbbbb"));
        for (text, expected) in [
            (
                "-- A (postgres)\n-- from 11111111 to 22222222\n-- by me\n-- UP\nSELECT 1;\n",
                "-- A (postgres)\n-- from aaaaaaaa to bbbbbbbb\n-- by me\n-- UP\nSELECT 1;\n",
            ),
            (
                "\u{feff}-- A\r\n-- from 11111111\r\n-- UP\r\n",
                "\u{feff}-- A\r\n-- from aaaaaaaa to bbbbbbbb\r\n-- UP\r\n",
            ),
            ("-- A\n\n-- UP\n-- to 33333333\n", "-- A\n-- from aaaaaaaa to bbbbbbbb\n\n-- UP\n-- to 33333333\n"),
            ("-- UP\nSELECT 1;", "-- from aaaaaaaa to bbbbbbbb\n-- UP\nSELECT 1;"),
            ("SELECT 1;", "-- from aaaaaaaa to bbbbbbbb\nSELECT 1;"),
            ("", "-- from aaaaaaaa to bbbbbbbb\n"),
        ] {
            assert_eq!(restate(text, &both), expected);
            assert_eq!(restate(expected, &both), expected, "a second time changes nothing");
        }
        let from = heading(Some("aaaaaaaa"), None);
        assert_eq!(restate("-- A\n-- from 11111111 to 22222222\n-- UP\n", &from), "-- A\n-- from aaaaaaaa\n-- UP\n");
        assert_eq!(restate("-- A\n-- from 11111111 to 22222222\n-- UP\n", &heading(None, None)), "-- A\n-- UP\n");
    }
}
