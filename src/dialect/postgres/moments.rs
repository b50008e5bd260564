//! Timestamps, dates and times in defaults, as the catalog prints them.
//!
//! Must not know columns. The sessions of this tool and of SeaORM are in UTC, so a text without a time zone is in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The text of a constant as a column of the given type prints it, if the type is a date or time and the text is one
/// that the database would parse in the same way.
pub(super) fn printed(text: &str, spelling: &str) -> Option<String> {
    let zoned = match spelling {
        "timestamp with time zone" => true,
        "timestamp without time zone" => false,
        _ => return None,
    };
    let text = text.trim();
    let moment = match text.parse::<Timestamp>() {
        Ok(moment) if zoned => moment.to_zoned(TimeZone::UTC).datetime(),
        // A column without a time zone ignores the one in the text.
        Ok(_) => return None,
        Err(_) => text.parse::<DateTime>().ok()?,
    };
    let year = moment.year();
    // Seven fractional digits would be rounded, and years BC are written with a suffix.
    if !(1..=9999).contains(&year) || moment.subsec_nanosecond() % 1000 != 0 {
        return None;
    }
    let zone = if zoned { "+00" } else { "" };
    Some(format!("{}{zone}", moment.strftime("%Y-%m-%d %H:%M:%S%.f")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_printed_as_the_catalog_does() {
        for (text, with, without) in [
            ("2022-01-26 16:24:00", Some("2022-01-26 16:24:00+00"), Some("2022-01-26 16:24:00")),
            ("2022-01-26T16:24:00.5Z", Some("2022-01-26 16:24:00.5+00"), None),
            ("2022-01-26 16:24:00+02", Some("2022-01-26 14:24:00+00"), None),
            ("2022-01-26", Some("2022-01-26 00:00:00+00"), Some("2022-01-26 00:00:00")),
            ("now", None, None),
            ("infinity", None, None),
        ] {
            assert_eq!(printed(text, "timestamp with time zone").as_deref(), with, "{text}");
            assert_eq!(printed(text, "timestamp without time zone").as_deref(), without, "{text}");
        }
        assert_eq!(printed("2022-01-26", "date"), None);
    }
}
