//! The cast table: which values survive a change of type, and which changes rewrite the table.
//!
//! Values are cast as `render/casts.rs` writes it. A cast that fails changes nothing, because the whole step is rolled
//! back; the conditions find silent truncation, rounding and reinterpretation. Must not know who uses it.

use crate::dialect::casts::{self, Family, choices, chosen, fits, longer, numbers, zeros};
use crate::plan::cast::Grade;
use crate::schema::Type;

use super::Postgres;
use super::render::casts::using;
use super::types::{base, catalog_spelling};

const WHOLE: &str = "^(0|-?[1-9][0-9]*)$";
const NUMBER: &str = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$";
const SCIENTIFIC: &str = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$";
const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const UUID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
const TRUTH: &str = "'true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'on', 'off', '1', '0'";

/// Grades the cast from one family to another.
pub(super) fn grade(column: &str, from: &Family, to: &Family) -> Grade {
    match (from, to) {
        (Family::Array(old), Family::Array(new)) => within(column, grade("element", old, new)),
        (Family::Text { .. }, Family::Array(_)) => {
            Grade::lost(format!("{column} NOT LIKE '{{%}}'"), "has texts that are not arrays")
        }
        (scalar, Family::Array(element)) => grade(column, scalar, element),
        (Family::Array(_), Family::Text { characters, .. }) => room(column, from, *characters, false),
        (Family::Array(_), _) => Grade::Impossible,
        (Family::Text { padded, .. }, to) => of_text(column, from, *padded, to),
        (Family::Choice(before), Family::Choice(after)) => choices(&Postgres, &text(column), before, after),
        (_, Family::Choice(values)) => chosen(&Postgres, &text(column), values),
        (Family::Bytes { .. }, Family::Text { .. }) => Grade::Impossible,
        (_, Family::Text { characters, padded, .. }) => {
            room(column, from, *characters, *padded && matches!(from, Family::Choice(_) | Family::Other(_)))
        }
        _ => match numbers(column, from, to) {
            Some(grade) => grade,
            None => rest(column, from, to),
        },
    }
}

fn text(column: &str) -> String {
    format!("{column}::text")
}

/// Grades a cast to a text type of limited length. PostgreSQL silently truncates trailing spaces.
fn room(column: &str, from: &Family, characters: Option<u32>, padded: bool) -> Grade {
    let text = text(column);
    let limit = characters.filter(|_| !fits(from, characters, None));
    let cut = limit.map_or(Grade::Keeps, |limit| longer("char_length", &text, limit.into(), "characters"));
    match padded {
        true => cut.or(Grade::lost(format!("{text} LIKE '% '"), "has spaces at the end")),
        false => cut,
    }
}

/// An array changes if one of its elements does.
fn within(column: &str, element: Grade) -> Grade {
    match element {
        Grade::MayLose(loss) => Grade::lost(
            format!("EXISTS (SELECT 1 FROM unnest({column}) AS element WHERE {})", loss.condition),
            loss.because,
        ),
        other @ (Grade::Keeps | Grade::Impossible) => other,
    }
}

/// A condition that is true if a text does not match, or if a second condition is true for one that does. PostgreSQL
/// may reorder conditions, but not the branches of a CASE.
fn unless(column: &str, pattern: &str, then: &str) -> String {
    format!("CASE WHEN {column} ~ '{pattern}' THEN {then} ELSE {column} IS NOT NULL END")
}

fn of_text(column: &str, from: &Family, padded: bool, to: &Family) -> Grade {
    let no_number = "has texts that are not numbers of the new type";
    let moment = |zone: &str| format!("^{DATE}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}{{F}})?{zone})?$");
    let behind = |digits: u32| if digits == 0 { String::new() } else { format!(r"(\.[0-9]{{1,{digits}}})?") };
    let ill = |pattern: &str, what: &str| {
        Grade::lost(format!("{column} !~ '{pattern}'"), format!("has texts that are not {what}"))
    };
    match to {
        Family::Text { characters, padded: spaces, .. } => room(column, from, *characters, *spaces && !padded),
        Family::Integer { min, max } => {
            Grade::lost(unless(column, WHOLE, &format!("{column}::numeric NOT BETWEEN {min} AND {max}")), no_number)
        }
        Family::Decimal(None) => Grade::lost(format!("{column} !~ '{NUMBER}'"), no_number),
        Family::Decimal(Some((precision, scale))) => {
            let limit = format!("1{}", zeros(precision.saturating_sub(*scale)));
            let value = format!("{column}::numeric");
            let then = format!("abs({value}) >= {limit} OR {value} <> round({value}, {scale})");
            Grade::lost(unless(column, NUMBER, &then), no_number)
        }
        Family::Float(bits) => {
            let float = if *bits == 24 { "real" } else { "double precision" };
            let then = format!("{column}::{float}::text::numeric <> {column}::numeric");
            Grade::lost(unless(column, SCIENTIFIC, &then), no_number)
        }
        Family::Boolean => {
            Grade::lost(format!("lower({column}) NOT IN ({TRUTH})"), "has texts that are not truth values")
        }
        Family::Bytes { .. } => Grade::lost(format!(r"position(E'\\' in {column}) > 0"), "has backslashes"),
        Family::Bits(Some(length), true) => ill(&format!("^[01]{{{length}}}$"), "bits of the new length"),
        Family::Bits(limit, _) => ill(
            &format!("^[01]{{0,{}}}$", limit.map(|it| it.to_string()).unwrap_or_default()),
            "bits of the new length",
        ),
        Family::Date => ill(&format!("^{DATE}$"), "dates as 2020-12-31"),
        Family::Time(digits) => {
            ill(&format!("^[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}{})?$", behind(*digits)), "times as 23:59:59")
        }
        Family::Moment { digits, zoned, .. } => {
            let zone = if *zoned { "(Z|[-+][0-9]{2}(:?[0-9]{2})?)?" } else { "" };
            ill(&moment(zone).replace("{F}", &behind(*digits)), "moments as 2020-12-31 23:59:59")
        }
        Family::Json(binary) => {
            let doubled = if *binary { doubled(column) } else { "false".to_owned() };
            let scalar = r#"^\s*("|-?[0-9]|true|false|null)"#;
            let holds = format!(r"CASE WHEN {column} ~ '^\s*[\[{{]' THEN {doubled} ELSE {column} !~ '{scalar}' END");
            Grade::lost(holds, "has texts that are not JSON, or objects with the same key twice")
        }
        Family::Uuid => ill(UUID, "UUIDs"),
        Family::Choice(values) => chosen(&Postgres, &text(column), values),
        Family::Other(spelling) if spelling == "money" => {
            Grade::lost(unless(column, NUMBER, &format!("{column}::money::numeric <> {column}::numeric")), no_number)
        }
        Family::Other(spelling) => respelled(column, &format!("{column}::{spelling}"), spelling),
        Family::Year | Family::Set(_) | Family::Array(_) => Grade::Impossible,
    }
}

/// `jsonb` silently keeps only the last of an object's duplicate keys. Every key is followed by a colon.
fn doubled_keys(column: &str) -> Grade {
    Grade::lost(doubled(column), "has objects with the same key twice")
}

fn doubled(column: &str) -> String {
    let colons = |text: &str| format!("length({text}) - length(replace({text}, ':', ''))");
    format!("{} <> {}", colons(&text(column)), colons(&format!("{column}::jsonb::text")))
}

fn rest(column: &str, from: &Family, to: &Family) -> Grade {
    let rounded =
        |spelling: &str| Grade::lost(format!("{column}::{spelling} <> {column}"), "has finer fractions of a second");
    let fewer = |from: u32, to: u32, spelling: &str| match to < from {
        true => rounded(&spelling.replace("{}", &to.to_string())),
        false => Grade::Keeps,
    };
    match (from, to) {
        (Family::Integer { min, max }, Family::Float(bits)) => {
            let most = 1_i128 << bits;
            match *min < -most || *max > most {
                true => Grade::lost(
                    format!("{column}::{}::text::numeric <> {column}", float(*bits)),
                    "has more digits than a floating point number keeps",
                ),
                false => Grade::Keeps,
            }
        }
        (Family::Decimal(_), Family::Float(bits)) => Grade::lost(
            format!("{column}::{}::text::numeric <> {column}", float(*bits)),
            "has more digits than a floating point number keeps",
        ),
        (Family::Float(_), Family::Float(bits)) => Grade::lost(
            format!("{column}::{}::double precision <> {column}", float(*bits)),
            "has more digits than the new type keeps",
        ),
        (Family::Float(bits), Family::Decimal(room)) => {
            let back = format!("{column}::numeric::{} <> {column}", float(*bits));
            let lost = match room {
                Some((precision, scale)) => format!(
                    "abs({column}) >= 1{} OR {column}::numeric <> round({column}::numeric, {scale}) OR {back}",
                    zeros(precision.saturating_sub(*scale))
                ),
                None => back,
            };
            Grade::lost(lost, "has values that do not fit the new precision")
        }
        (Family::Boolean, Family::Integer { .. } | Family::Float(_) | Family::Decimal(_)) => Grade::Keeps,
        (Family::Date, Family::Moment { .. }) => Grade::Keeps,
        (Family::Moment { zoned, .. }, Family::Date) => {
            let local = if *zoned { format!("({column} AT TIME ZONE 'UTC')") } else { column.to_owned() };
            Grade::lost(format!("{local} <> date_trunc('day', {local})"), "has times of day, which a date cannot hold")
        }
        (Family::Moment { digits, zoned, .. }, Family::Moment { digits: fewer_digits, .. }) => {
            let zone = if *zoned { "with" } else { "without" };
            fewer(*digits, *fewer_digits, &format!("timestamp({{}}) {zone} time zone"))
        }
        (Family::Moment { .. }, Family::Time(_)) => {
            Grade::lost(format!("{column} IS NOT NULL"), "has dates, which a time of day has no room for")
        }
        (Family::Time(digits), Family::Time(to)) => fewer(*digits, *to, "time({}) without time zone"),
        (Family::Json(false), Family::Json(true)) => doubled_keys(column),
        (Family::Json(_), Family::Json(_)) => Grade::Keeps,
        (
            Family::Integer { .. }
            | Family::Decimal(_)
            | Family::Float(_)
            | Family::Boolean
            | Family::Date
            | Family::Time(_)
            | Family::Moment { .. }
            | Family::Uuid
            | Family::Choice(_)
            | Family::Other(_)
            | Family::Bits(..),
            Family::Json(_),
        ) => Grade::Keeps,
        (Family::Bits(_, _), Family::Bits(Some(length), true)) => {
            Grade::lost(format!("length({column}) <> {length}"), format!("has values that are not {length} bits long"))
        }
        (Family::Bits(was, _), Family::Bits(Some(limit), false)) if was.is_none_or(|was| was > *limit) => {
            Grade::lost(format!("length({column}) > {limit}"), format!("has values of more than {limit} bits"))
        }
        (Family::Bits(..), Family::Bits(..)) => Grade::Keeps,
        (Family::Other(spelling), Family::Decimal(room)) if spelling == "money" => {
            casts::numbers(&format!("{column}::numeric"), &Family::Decimal(None), &Family::Decimal(*room))
                .unwrap_or(Grade::Keeps)
        }
        (Family::Other(_), Family::Other(spelling)) if spelling == "money" => Grade::Impossible,
        (Family::Decimal(_) | Family::Other(_), Family::Other(spelling)) => {
            respelled(column, &through_text(column, from, spelling), spelling)
        }
        (Family::Integer { .. }, Family::Other(spelling)) => {
            respelled(column, &format!("{column}::text::{spelling}"), spelling)
        }
        (Family::Json(_), Family::Integer { .. } | Family::Decimal(_) | Family::Float(_) | Family::Boolean) => {
            Grade::lost(
                format!("{column}::text !~ '{}'", if *to == Family::Boolean { "^(true|false)$" } else { NUMBER }),
                "has values that the new type has no room for",
            )
        }
        _ => Grade::Impossible,
    }
}

fn through_text(column: &str, from: &Family, spelling: &str) -> String {
    match from {
        Family::Decimal(_) if spelling == "money" => format!("{column}::money"),
        _ => format!("{column}::text::{spelling}"),
    }
}

fn float(bits: u32) -> &'static str {
    if bits == 24 { "real" } else { "double precision" }
}

/// For unknown types: a value is unchanged if its text is. The condition itself fails on a text that the new type does
/// not accept.
fn respelled(column: &str, value: &str, spelling: &str) -> Grade {
    let same = match spelling {
        "money" => format!("{value}::numeric <> {column}::numeric"),
        _ => format!("{value}::text <> {column}::text"),
    };
    Grade::lost(same, format!("has values that are written otherwise as {spelling}"))
}

/// Whether the type change rewrites the table; otherwise only the catalog is written.
pub(super) fn rewrites(from: &Type, to: &Type) -> bool {
    let (Type::Native(old), Type::Native(new)) = (from, to) else { return from != to };
    let (old, new) = (catalog_spelling(old), catalog_spelling(new));
    if let (Some(old), Some(new)) = (old.strip_suffix("[]"), new.strip_suffix("[]")) {
        return rewrites(&Type::Native(old.to_owned()), &Type::Native(new.to_owned()));
    }
    let (kind, other) = (base(&old), base(&new));
    let numbers = |spelling: &str| crate::dialect::domain::cut(spelling).1;
    let (before, after) = (numbers(&old), numbers(&new));
    // Unlimited is wider than every limit.
    let grows = |at: usize| match (before.get(at), after.get(at)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(before), Some(after)) => after >= before,
    };
    let kept = match (kind.as_str(), other.as_str()) {
        _ if old == new => true,
        ("numeric", "numeric") => after.is_empty() || (grows(0) && !before.is_empty() && before.get(1) == after.get(1)),
        ("text" | "character varying", "text") => true,
        ("text" | "character varying", "character varying") => grows(0),
        ("citext", "text" | "character varying") => other == "text" || after.is_empty(),
        ("bit varying", "bit varying") => grows(0),
        (kind, other) if kind == other && (kind.starts_with("time") || kind.starts_with("interval")) => grows(0),
        _ => false,
    };
    !kept || using("c", from, to).is_some()
}
