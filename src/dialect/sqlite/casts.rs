//! The cast table: which values survive a change of type.
//!
//! SQLite stores any value in any column. Values are lost by the new type's affinity, which converts numeric texts to
//! numbers and numbers to texts, and by the code, which only reads values of the new type. Must not know who uses it.

use crate::dialect::casts::{Family, beyond};
use crate::plan::cast::Grade;

const DATE: &str = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
const TIME: &str = "[0-9][0-9]:[0-9][0-9]";

/// Grades the cast from one family to another.
pub(super) fn grade(column: &str, from: &Family, to: &Family) -> Grade {
    let unless = |condition: String, because: &str| {
        Grade::lost(format!("{column} IS NOT NULL AND ({condition})"), because.to_owned())
    };
    match (from, to) {
        (Family::Integer { min, max }, Family::Integer { min: low, max: high }) if low <= min && high >= max => {
            Grade::Keeps
        }
        (Family::Boolean, Family::Integer { .. }) => Grade::Keeps,
        (Family::Integer { .. } | Family::Boolean, Family::Decimal(_) | Family::Float(_)) => {
            unless(inexact(column), "has more digits than a floating point number keeps")
        }
        (_, Family::Integer { min, max }) => {
            let whole = format!("CAST({column} AS integer)");
            let unread = format!(
                "typeof({column}) = 'blob' OR typeof({column}) = 'text' AND {column} <> CAST({whole} AS text) OR \
                 typeof({column}) = 'real' AND {column} <> {whole}"
            );
            let grade = unless(unread, "has values that are not whole numbers");
            match *min > i64::MIN.into() || *max < i64::MAX.into() {
                true => grade.or(unless(format!("{whole} NOT BETWEEN {min} AND {max}"), &beyond(*min, *max))),
                false => grade,
            }
        }
        (_, Family::Boolean) => {
            unless(format!("CAST({column} AS text) NOT IN ('0', '1', '0.0', '1.0')"), "has values other than 0 and 1")
        }
        (Family::Decimal(_) | Family::Float(_), Family::Decimal(_) | Family::Float(_)) => Grade::Keeps,
        (_, Family::Decimal(_) | Family::Float(_)) => {
            let digits = format!("ltrim({column}, '-')");
            let unread = format!(
                "typeof({column}) = 'blob' OR typeof({column}) = 'text' AND ({digits} GLOB '*[^0-9.]*' OR {digits} NOT GLOB \
                 '[0-9]*' OR {column} GLOB '*-*-*' OR {column} GLOB '*.*.*' OR {column} GLOB '*.' OR {digits} GLOB '0[0-9]*' OR \
                 length({column}) > 15)"
            );
            unless(
                format!("{unread} OR {}", inexact(column)),
                "has values that are not numbers, or have too many digits",
            )
        }
        (
            Family::Integer { .. }
            | Family::Boolean
            | Family::Date
            | Family::Time(_)
            | Family::Moment { .. }
            | Family::Json(_),
            Family::Text { .. },
        ) => Grade::Keeps,
        (_, Family::Text { .. }) => unless(
            format!(
                "typeof({column}) = 'blob' OR typeof({column}) = 'real' AND CAST(CAST({column} AS text) AS real) <> {column}"
            ),
            "has bytes, or more digits than their text",
        ),
        (_, Family::Date) => unless(
            format!("typeof({column}) <> 'text' OR {column} IS NOT date({column})"),
            "has values that are not dates like 2020-12-31",
        ),
        (_, Family::Time(_)) => unless(
            format!("typeof({column}) <> 'text' OR {column} NOT GLOB '{TIME}*' OR time({column}) IS NULL"),
            "has values that are not times like 23:59:59",
        ),
        (Family::Moment { .. }, Family::Moment { .. }) => Grade::Keeps,
        (_, Family::Moment { .. }) => unless(
            format!(
                "typeof({column}) <> 'text' OR {column} NOT GLOB '{DATE}[ T]{TIME}*' OR datetime({column}) IS NULL"
            ),
            "has values that are not timestamps like 2020-12-31 23:59:59",
        ),
        (_, Family::Json(_)) => unless(format!("NOT json_valid({column})"), "has values that are not JSON"),
        (_, Family::Uuid) => unless(
            format!("typeof({column}) <> 'blob' OR length({column}) <> 16"),
            "has values that are not the sixteen bytes of a UUID",
        ),
        (
            _,
            Family::Bytes { .. }
            | Family::Bits(..)
            | Family::Year
            | Family::Choice(_)
            | Family::Set(_)
            | Family::Array(_)
            | Family::Other(_),
        ) => Grade::Keeps,
    }
}

/// Integers that floating point cannot represent exactly.
fn inexact(column: &str) -> String {
    let most = 1_i64 << 53;
    format!("typeof({column}) = 'integer' AND {column} NOT BETWEEN -{most} AND {most}")
}
