//! Types that take less than the ones before: which values they do not take, or would not keep.
//!
//! Must not know why a type changes.

use crate::dialect::Dialect;
use crate::dialect::domain::{Domain, tens};
use crate::schema::{Literal, Product};

/// What one type has and another has no room for.
pub(super) struct Narrowing {
    /// Holds for the values there is no room for.
    pub(super) fails: String,
    /// The rest of a sentence that begins with the column.
    pub(super) because: String,
}

/// What of a column, quoted already, the new type has no room for; `None` where there is room for everything, and where the
/// database itself refuses whatever does not fit. SQLite keeps any value under any type, so nothing is narrow there.
pub(super) fn narrowing(dialect: &dyn Dialect, column: &str, old: &Domain, new: &Domain) -> Option<Narrowing> {
    let product = dialect.product();
    let is_postgres = match product {
        Product::Sqlite => return None,
        Product::Postgres => true,
        Product::MySql | Product::MariaDb => false,
    };
    let (fails, because) = match (old, new) {
        (Domain::Integer { min, max }, Domain::Integer { min: low, max: high }) if low > min || high < max => {
            (format!("{column} NOT BETWEEN {low} AND {high}"), format!("has values beyond {low} and {high}"))
        }
        (Domain::Integer { max, .. }, Domain::Decimal(precision, scale))
            if *max > tens(precision.saturating_sub(*scale)) =>
        {
            let digits = precision.saturating_sub(*scale);
            let most = tens(digits);
            (format!("{column} NOT BETWEEN -{most} AND {most}"), format!("has more than {digits} digits"))
        }
        (Domain::Decimal(precision, scale), Domain::Decimal(digits, behind))
            if digits.saturating_sub(*behind) < precision.saturating_sub(*scale) || behind < scale =>
        {
            let before = digits.saturating_sub(*behind);
            (
                format!("abs({column}) >= 1{} OR {column} <> round({column}, {behind})", "0".repeat(before as usize)),
                format!("has values beyond {before} digits before and {behind} behind the point"),
            )
        }
        (Domain::Decimal(..), Domain::Integer { min, max }) => (
            format!("{column} NOT BETWEEN {min} AND {max} OR {column} <> round({column}, 0)"),
            "has fractions, or values that are too great".to_owned(),
        ),
        (Domain::Float(_), Domain::Integer { min, max }) => (
            format!("{column} NOT BETWEEN {min} AND {max} OR {column} <> floor({column})"),
            "has fractions, or values that are too great".to_owned(),
        ),
        (Domain::Text(length), Domain::Text(Some(limit))) if length.is_none_or(|length| length > *limit) => {
            (format!("char_length({column}) > {limit}"), format!("has values of more than {limit} characters"))
        }
        (Domain::Bytes(length, _), Domain::Bytes(Some(limit), _)) if length.is_none_or(|length| length > *limit) => {
            (format!("octet_length({column}) > {limit}"), format!("has values of more than {limit} bytes"))
        }
        (
            Domain::Integer { .. } | Domain::Uuid | Domain::Choice(_) | Domain::Decimal(..),
            Domain::Text(Some(limit)),
        ) => {
            let text = if is_postgres { format!("{column}::text") } else { format!("CAST({column} AS char)") };
            (format!("char_length({text}) > {limit}"), format!("has values of more than {limit} characters"))
        }
        (Domain::DateTime(..), Domain::Date) => (
            if is_postgres {
                format!("{column} <> date_trunc('day', {column})")
            } else {
                format!("time({column}) <> '00:00:00'")
            },
            "has times, which a date has no room for".to_owned(),
        ),
        (Domain::Choice(before), Domain::Choice(after)) => {
            let gone: Vec<&String> = before.iter().filter(|value| !after.contains(value)).collect();
            if gone.is_empty() {
                return None;
            }
            let text = if is_postgres { format!("{column}::text") } else { column.to_owned() };
            let list: Vec<String> = gone.iter().map(|it| dialect.literal(&Literal::Text((*it).clone()))).collect();
            let words: Vec<&str> = gone.iter().map(|it| it.as_str()).collect();
            (format!("{text} IN ({})", list.join(", ")), format!("is {} in some rows", words.join(" or ")))
        }
        _ => return None,
    };
    Some(Narrowing { fails, because })
}

/// Values that go, anywhere in an array of an enum type.
pub(super) fn in_array(dialect: &dyn Dialect, column: &str, old: &Domain, new: &Domain) -> Option<Narrowing> {
    let (Domain::Choice(before), Domain::Choice(after)) = (old, new) else { return None };
    let gone: Vec<&String> = before.iter().filter(|value| !after.contains(value)).collect();
    let list: Vec<String> = gone.iter().map(|it| dialect.literal(&Literal::Text((*it).clone()))).collect();
    let words: Vec<&str> = gone.iter().map(|it| it.as_str()).collect();
    (!gone.is_empty()).then(|| Narrowing {
        fails: format!("{column}::text[] && ARRAY[{}]::text[]", list.join(", ")),
        because: format!("has {} in some rows", words.join(" or ")),
    })
}
