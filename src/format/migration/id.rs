//! Migration ids: `YYYYMMDD_HHMMSS_add_email_index`.
//!
//! Must not know what time it is, nor how a new id is made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const STAMP_LENGTH: usize = "YYYYMMDD_HHMMSS".len();

/// A migration's id, which is also its file's stem. Ids sort in the order in which migrations are applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MigrationId(String);

impl MigrationId {
    /// The name in snake case: `add_email_index`.
    pub fn name(&self) -> &str {
        self.0.get(STAMP_LENGTH + 1..).unwrap_or_default()
    }

    /// The time: `20261120_201300`.
    pub fn stamp(&self) -> &str {
        self.0.get(..STAMP_LENGTH).unwrap_or_default()
    }

    /// The name as people give it to `gen migration`: `AddEmailIndex`.
    pub fn title(&self) -> String {
        let mut title = String::new();
        for word in self.name().split('_') {
            let (first, rest) = word.split_at_checked(1).unwrap_or_default();
            title.push_str(&first.to_ascii_uppercase());
            title.push_str(rest);
        }
        title
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a stamp of fifteen characters, digits but for the ninth, names a second of the calendar.
fn exists(stamp: &str) -> bool {
    let number =
        |from: usize, to: usize| stamp.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && number(9, 11) < 24 && number(11, 13) < 60 && number(13, 15) < 60
}

impl FromStr for MigrationId {
    type Err = Error;

    /// Reads an id strictly: a time that exists, and a name of lower-case words and digits with one `_` between two words.
    fn from_str(text: &str) -> Result<Self> {
        let id = Self(text.to_owned());
        let between = text.as_bytes().get(STAMP_LENGTH) == Some(&b'_');
        let digits = id.stamp().bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'_',
            _ => byte.is_ascii_digit(),
        });
        let name = id.name();
        let named = !name.is_empty()
            && name.split('_').all(|word| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if text.is_ascii() && between && digits && named && exists(id.stamp()) {
            return Ok(id);
        }
        Err(Error::new(format!("`{}` is not a migration's id", text.escape_debug()))
            .hint("an id is a time and a name in lower case: `20261120_201300_add_email_index`"))
    }
}

impl TryFrom<String> for MigrationId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<MigrationId> for String {
    fn from(id: MigrationId) -> Self {
        id.0
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_strictly() {
        for text in [
            "",
            "20261120_201300",
            "20261120_201300_",
            "20261120_201300_Add",
            "20261120_201300_a__b",
            "20261120_201300_a_",
            "20261120_201300-a",
            "20261320_201300_a",
            "20260230_201300_a",
            "20261120_251300_a",
            "2026112_0201300_a",
            "m20261120_201300_a",
            "20261120_201300_ä",
            "2026112ä_20130_a",
            "20261120_201300_a.sql",
        ] {
            let error = text.parse::<MigrationId>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is not a migration's id"));
        }
        assert!(serde_json::from_str::<MigrationId>("\"../x\"").is_err());
        let id: MigrationId = "20261120_201300_a_2".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"20261120_201300_a_2\"");
    }
}
