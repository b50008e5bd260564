//! The cast table: which values survive a change of type, and which changes copy the table.
//!
//! In strict SQL mode a value that does not fit is an error, and earlier statements stay committed; otherwise it is
//! silently truncated, or becomes 0 or an empty string. The conditions find both. Must not know who uses it.

use crate::dialect::casts::{Family, choices, chosen, fits, longer, numbers, zeros};
use crate::plan::cast::Grade;
use crate::schema::{Literal, Type};

use super::super::Dialect;
use super::{Flavor, MySql, types};

const WHOLE: &str = "^(0|-?[1-9][0-9]*)$";
const NUMBER: &str = "^-?(0|[1-9][0-9]*)([.][0-9]+)?$";
const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const UUID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

/// The range of `timestamp`. MariaDB's is larger since 11.5 on 64-bit systems.
const SHORT: &str = "'1970-01-01 00:00:01' AND '2038-01-19 03:14:07'";

/// Grades the cast from one family to another.
pub(super) fn grade(dialect: &MySql, column: &str, from: &Family, to: &Family) -> Grade {
    match (from, to) {
        // Booleans are small integers here.
        (Family::Boolean, to) => match to {
            Family::Boolean => Grade::Keeps,
            _ => grade(dialect, column, &Family::Integer { min: -128, max: 127 }, to),
        },
        (Family::Year, Family::Integer { .. } | Family::Decimal(_) | Family::Float(_)) => {
            grade(dialect, column, &Family::Integer { min: 0, max: 2155 }, to)
        }
        (Family::Bits(Some(length), _), Family::Integer { .. } | Family::Boolean | Family::Decimal(_)) => {
            let whole = Family::Integer { min: 0, max: (1 << length) - 1 };
            grade(dialect, &format!("({column} + 0)"), &whole, to)
        }
        (Family::Text { .. }, to) => of_text(dialect, column, from, to),
        (Family::Choice(before), Family::Choice(after)) => choices(dialect, column, before, after),
        (Family::Set(before), Family::Set(after)) => sets(dialect, column, before, after),
        (
            Family::Integer { .. }
            | Family::Decimal(_)
            | Family::Date
            | Family::Time(_)
            | Family::Moment { .. }
            | Family::Year
            | Family::Json(_)
            | Family::Uuid
            | Family::Choice(_)
            | Family::Set(_),
            Family::Text { characters, bytes, padded },
        ) => room(
            &format!("CAST({column} AS char)"),
            from,
            *characters,
            *bytes,
            *padded && matches!(from, Family::Choice(_) | Family::Set(_)),
        ),
        // MariaDB stores JSON verbatim.
        (Family::Decimal(_), Family::Json(_)) if dialect.0 == Flavor::MariaDb => Grade::Keeps,
        // MariaDB does not pad enum and set values: a shorter one is an error, or an empty string without strict mode.
        (Family::Choice(_) | Family::Set(_), Family::Bytes { limit: Some(_), padded: true })
            if dialect.0 == Flavor::MariaDb =>
        {
            every(column, "bytes of a fixed length")
        }
        _ => match numbers(column, from, to) {
            Some(grade) => grade,
            None => rest(column, from, to),
        },
    }
}

/// Grades a cast to a type of limited length. Trailing spaces of a `char` are removed on reading.
fn room(text: &str, from: &Family, characters: Option<u32>, bytes: Option<u64>, padded: bool) -> Grade {
    let (characters, bytes) = match fits(from, characters, bytes) {
        true => (None, None),
        false => (characters, bytes),
    };
    let letters = characters.map_or(Grade::Keeps, |limit| longer("char_length", text, limit.into(), "characters"));
    let size = bytes.map_or(Grade::Keeps, |limit| longer("octet_length", text, limit, "bytes"));
    let spaces = match padded {
        true => Grade::lost(format!("{text} LIKE '% '"), "has spaces at the end"),
        false => Grade::Keeps,
    };
    letters.or(size).or(spaces)
}

/// Grades a cast between sets: rows with removed values lose them.
fn sets(dialect: &MySql, column: &str, before: &[String], after: &[String]) -> Grade {
    let gone = before.iter().filter(|value| !after.contains(value)).map(|value| {
        let value_text = dialect.literal(&Literal::Text(value.clone()));
        Grade::lost(format!("find_in_set({value_text}, {column}) > 0"), format!("has {value} in some rows"))
    });
    gone.fold(Grade::Keeps, Grade::or)
}

fn every(column: &str, to: &str) -> Grade {
    Grade::lost(format!("{column} IS NOT NULL"), format!("has values, whose conversion to {to} depends on the server"))
}

fn of_text(dialect: &MySql, column: &str, from: &Family, to: &Family) -> Grade {
    let padded = matches!(from, Family::Text { padded: true, .. });
    let unlike =
        |pattern: &str, then: &str| format!("{column} IS NOT NULL AND ({column} NOT REGEXP '{pattern}' OR {then})");
    let no_number = "has texts that are not numbers of the new type";
    let behind = |digits: u32| if digits == 0 { String::new() } else { format!("([.][0-9]{{1,{digits}}})?") };
    match to {
        Family::Text { characters, bytes, padded: spaces } => {
            room(column, from, *characters, *bytes, *spaces && !padded)
        }
        Family::Integer { min, max } => Grade::lost(
            unlike(WHOLE, &format!("CAST({column} AS decimal(65,0)) NOT BETWEEN {min} AND {max}")),
            no_number,
        ),
        Family::Year => Grade::lost(
            unlike("^[0-9]{4}$", &format!("CAST({column} AS unsigned) NOT BETWEEN 1901 AND 2155")),
            "has texts that are not years",
        ),
        Family::Decimal(room) => {
            let (precision, scale) = room.unwrap_or((65, 30));
            let value = format!("CAST({column} AS decimal(65,30))");
            let limit = zeros(precision.saturating_sub(scale));
            Grade::lost(
                unlike(NUMBER, &format!("abs({value}) >= 1{limit} OR {value} <> round({value}, {scale})")),
                no_number,
            )
        }
        Family::Float(bits) => {
            let most = if *bits == 24 { 6 } else { 15 };
            let digits = format!("char_length(replace(replace({column}, '-', ''), '.', ''))");
            Grade::lost(unlike(NUMBER, &format!("{digits} > {most}")), no_number)
        }
        Family::Boolean => Grade::lost(format!("{column} NOT IN ('0', '1')"), "has texts other than 0 and 1"),
        Family::Date => Grade::lost(
            unlike(&format!("^{DATE}$"), &format!("CAST({column} AS date) IS NULL")),
            "has texts that are not dates like 2020-12-31",
        ),
        Family::Time(digits) => Grade::lost(
            unlike(
                &format!("^-?[0-9]{{2,3}}:[0-9]{{2}}:[0-9]{{2}}{}$", behind(*digits)),
                &format!("CAST({column} AS time(6)) IS NULL"),
            ),
            "has texts that are not times like 23:59:59",
        ),
        Family::Moment { digits, short, .. } => {
            let value = format!("CAST({column} AS datetime(6))");
            let outside = if *short { format!(" OR {value} NOT BETWEEN {SHORT}") } else { String::new() };
            let pattern = format!("^{DATE}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}{})?)?$", behind(*digits));
            Grade::lost(
                unlike(&pattern, &format!("{value} IS NULL{outside}")),
                "has texts that are not timestamps like 2020-12-31 23:59:59",
            )
        }
        Family::Json(_) => Grade::lost(format!("NOT json_valid({column})"), "has texts that are not JSON")
            .or(doubled_keys(dialect, column)),
        Family::Uuid => Grade::lost(format!("{column} NOT REGEXP '{UUID}'"), "has texts that are not UUIDs"),
        Family::Bytes { limit, padded } => bytes(column, *limit, *padded),
        Family::Choice(values) => chosen(dialect, &format!("CAST(CONVERT({column} USING utf8mb4) AS binary)"), values),
        Family::Bits(..) | Family::Set(_) | Family::Array(_) | Family::Other(_) => every(column, "another type"),
    }
}

/// MySQL's `json` silently keeps only the last of an object's duplicate keys. Every key is followed by a colon.
fn doubled_keys(dialect: &MySql, column: &str) -> Grade {
    if dialect.0 == Flavor::MariaDb {
        return Grade::Keeps;
    }
    let colons = |text: &str| format!("char_length({text}) - char_length(replace({text}, ':', ''))");
    let kept = format!("CAST(CAST({column} AS json) AS char)");
    Grade::lost(
        format!("CASE WHEN json_valid({column}) THEN {} <> {} ELSE false END", colons(column), colons(&kept)),
        "has objects with the same key twice",
    )
}

fn bytes(column: &str, limit: Option<u64>, padded: bool) -> Grade {
    match (limit, padded) {
        (None, _) => Grade::Keeps,
        (Some(limit), true) => Grade::lost(
            format!("octet_length({column}) <> {limit}"),
            format!("has values that are not {limit} bytes long"),
        ),
        (Some(limit), false) => longer("octet_length", column, limit, "bytes"),
    }
}

fn rest(column: &str, from: &Family, to: &Family) -> Grade {
    let finer = |was: u32, is: u32, spelling: &str| match is < was {
        true => {
            Grade::lost(format!("CAST({column} AS {spelling}({is})) <> {column}"), "has finer fractions of a second")
        }
        false => Grade::Keeps,
    };
    match (from, to) {
        (Family::Integer { min, max }, Family::Float(bits)) => {
            let most = 1_i128 << bits;
            match *min < -most || *max > most {
                true => Grade::lost(
                    format!("{column} NOT BETWEEN -{most} AND {most}"),
                    "has more digits than a floating point number keeps",
                ),
                false => Grade::Keeps,
            }
        }
        (Family::Integer { .. }, Family::Year) => Grade::lost(
            format!("{column} <> 0 AND {column} NOT BETWEEN 1901 AND 2155"),
            "has values that are not years",
        ),
        (Family::Integer { min, .. }, Family::Bits(Some(length), _)) => {
            let most = (1_u128 << length) - 1;
            let low = if *min < 0 { format!("{column} < 0 OR ") } else { String::new() };
            Grade::lost(format!("{low}{column} > {most}"), format!("has values beyond {length} bits"))
        }
        (Family::Bits(was, _), Family::Bits(Some(length), _)) => match was.is_some_and(|was| was <= *length) {
            true => Grade::Keeps,
            false => Grade::lost(
                format!("{column} + 0 > {}", (1_u128 << length) - 1),
                format!("has values beyond {length} bits"),
            ),
        },
        (Family::Decimal(room), Family::Float(bits)) => {
            let most = if *bits == 24 { 6 } else { 15 };
            match room.is_some_and(|(precision, _)| precision <= most) {
                true => Grade::Keeps,
                false => {
                    let digits = format!(
                        "char_length(trim(BOTH '0' FROM replace(replace(CAST({column} AS char), '-', ''), '.', '')))"
                    );
                    Grade::lost(format!("{digits} > {most}"), "has more digits than a floating point number keeps")
                }
            }
        }
        (Family::Float(_), Family::Float(_)) => {
            Grade::lost(format!("{column} <> CAST({column} AS float)"), "has more digits than the new type keeps")
        }
        (Family::Float(_), Family::Decimal(room)) => {
            let (precision, scale) = room.unwrap_or((65, 30));
            let limit = zeros(precision.saturating_sub(scale));
            let value = format!("(CAST({column} AS char) + 0.0e0)");
            Grade::lost(
                format!("abs({column}) >= 1{limit} OR {value} <> round({value}, {scale})"),
                "has values that do not fit the new precision",
            )
        }
        (Family::Float(bits), Family::Text { characters, bytes, .. }) => {
            let text = format!("CAST({column} AS char)");
            let back = match bits {
                24 => Grade::lost(format!("CAST({text} AS float) <> {column}"), "has more digits than its text"),
                _ => Grade::Keeps,
            };
            room(&text, from, *characters, *bytes, false).or(back)
        }
        (Family::Date, Family::Moment { short: false, .. }) => Grade::Keeps,
        (Family::Date, Family::Moment { short: true, .. }) => {
            Grade::lost(format!("{column} NOT BETWEEN {SHORT}"), "has dates before 1970 or after 2037")
        }
        (Family::Moment { .. }, Family::Date) => {
            Grade::lost(format!("time({column}) <> '00:00:00'"), "has times of day, which a date cannot hold")
        }
        (Family::Moment { digits, short: was, .. }, Family::Moment { digits: now, short, .. }) => {
            let outside = match *short && !was {
                true => {
                    Grade::lost(format!("{column} NOT BETWEEN {SHORT}"), "has timestamps before 1970 or after 2037")
                }
                false => Grade::Keeps,
            };
            finer(*digits, *now, "datetime").or(outside)
        }
        (Family::Time(digits), Family::Time(now)) => finer(*digits, *now, "time"),
        (Family::Json(_), Family::Json(_)) => Grade::Keeps,
        // MySQL parses JSON numbers as floating point.
        (Family::Decimal(_), Family::Json(_)) => rest(column, from, &Family::Float(53)),
        (Family::Integer { .. } | Family::Boolean, Family::Json(_)) => Grade::Keeps,
        (Family::Bytes { .. }, Family::Text { characters, bytes: size, padded }) => {
            let text = format!("CONVERT({column} USING utf8mb4)");
            let unread = format!("{column} IS NOT NULL AND ({text} IS NULL OR CAST({text} AS binary) <> {column})");
            Grade::lost(unread, "has bytes that are not text").or(room(&text, from, *characters, *size, *padded))
        }
        (Family::Bytes { limit: was, padded: false }, Family::Bytes { limit, padded: false }) => match (was, limit) {
            (Some(was), Some(limit)) if was <= limit => Grade::Keeps,
            _ => bytes(column, *limit, false),
        },
        (Family::Bytes { .. }, Family::Bytes { limit, padded }) => bytes(column, *limit, *padded),
        (Family::Choice(_) | Family::Set(_), Family::Bytes { limit, .. }) => bytes(column, *limit, false),
        (Family::Other(_), _) | (_, Family::Other(_)) => Grade::Impossible,
        _ => every(column, "another type"),
    }
}

/// Whether the type change copies the table; otherwise only the catalog is written.
pub(super) fn rewrites(from: &Type, to: &Type) -> bool {
    let (Type::Native(before), Type::Native(after)) = (from, to) else { return from != to };
    before != after && widened(before, after) != Some(true) && !appended(before, after)
}

/// Whether a `varchar` grows and its length prefix keeps its size in every character set; `None` if either type is not
/// a `varchar`.
pub(super) fn widened(before: &str, after: &str) -> Option<bool> {
    let length = |text: &str| text.starts_with("varchar(").then(|| types::length(text)).flatten();
    let (before, after) = (length(before)?, length(after)?);
    Some(after >= before && (after * 4 <= 255 || before > 255))
}

/// Whether values are appended to an enum without changing its storage size.
pub(super) fn appended(before: &str, after: &str) -> bool {
    let values = |text: &str| text.starts_with("enum(").then(|| text.matches("','").count() + 1);
    let (Some(few), Some(many)) = (values(before), values(after)) else { return false };
    before.strip_suffix(')').is_some_and(|start| after.starts_with(&format!("{start},"))) && (many <= 255 || few > 255)
}
