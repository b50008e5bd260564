//! Defaults: one text and one canonical form for each, regardless of who wrote it and which server printed it.
//!
//! Must not know tables; a column's native type is handed in.

use crate::dialect::expression::canonical_expression;
use crate::schema::{DefaultValue, Expression};

use super::types::{Family, family};
use super::words::{bare, string, without_introducers};
use super::{Flavor, quote};

/// A constant, as far as servers print its kinds differently.
enum Constant {
    Text(String),
    Number(String),
    Bits(String),
    Bytes(String),
}

/// The normal form of a default; `NULL` is no default.
pub(super) fn normal(flavor: Flavor, native: &str, default: DefaultValue) -> Option<Expression> {
    let text = match default {
        DefaultValue::Literal(literal) => quote::literal(&literal),
        DefaultValue::Expression(expression) => expression.text().to_owned(),
    };
    let said = bare(&text).to_owned();
    let text = without_introducers(&said);
    if text.eq_ignore_ascii_case("null") {
        return None;
    }
    let normal = match (moment(&text), constant(&text)) {
        (Some(moment), _) => Expression::new(moment),
        (None, Some(constant)) => of_family(native, &text, constant),
        (None, None) => {
            let canonical = canonical_expression(flavor.product(), &text);
            Expression::new(text.as_str()).with_canonical(canonical)
        }
    };
    // An introducer has no effect in a utf8mb4 session, but the server stores it.
    if said == text {
        return Some(normal);
    }
    let canonical = normal.canonical().to_owned();
    Some(Expression::new(said).with_canonical(canonical))
}

/// Whether a constant has an introducer.
pub(super) fn is_introduced(text: &str) -> bool {
    without_introducers(text) != text
}

/// The canonical spelling of the current timestamp, which has many.
pub(super) fn moment(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, precision) = match text.split_once('(') {
        Some((name, rest)) => (name.trim_end(), rest.strip_suffix(')')?.trim()),
        None => (text, ""),
    };
    let is_moment = ["current_timestamp", "now", "localtime", "localtimestamp"];
    if !is_moment.iter().any(|known| name.eq_ignore_ascii_case(known))
        || !precision.chars().all(|it| it.is_ascii_digit())
    {
        return None;
    }
    Some(match precision {
        "" | "0" => "CURRENT_TIMESTAMP".to_owned(),
        precision => format!("CURRENT_TIMESTAMP({precision})"),
    })
}

/// Whether a text is a constant that needs no parentheses after `DEFAULT`.
pub(super) fn is_constant(text: &str) -> bool {
    constant(text).is_some()
}

fn constant(text: &str) -> Option<Constant> {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Some(Constant::Number(u8::from(text.eq_ignore_ascii_case("true")).to_string()));
    }
    if let Some(content) = string(text) {
        return Some(Constant::Text(content));
    }
    let prefixed = |prefix: &str, quoted: &str| {
        let inside = text.strip_prefix(quoted).or_else(|| text.strip_prefix(&quoted.to_uppercase()));
        text.strip_prefix(prefix)
            .or_else(|| inside.and_then(|rest| rest.strip_suffix('\'')))
            .filter(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit()))
            .map(str::to_owned)
    };
    if let Some(bits) = prefixed("0b", "b'") {
        return Some(Constant::Bits(bits));
    }
    if let Some(digits) = prefixed("0x", "x'") {
        return Some(Constant::Bytes(digits));
    }
    number(text).map(Constant::Number)
}

fn of_family(native: &str, text: &str, constant: Constant) -> Expression {
    match (family(native), constant) {
        (
            Family::Integer | Family::Decimal | Family::Approximate | Family::Year,
            Constant::Text(content) | Constant::Number(content),
        ) => match number(&content) {
            Some(number) => Expression::new(number),
            None => Expression::new(quote::text_literal(&content)),
        },
        (Family::Bit, Constant::Number(digits)) => match digits.parse::<u64>() {
            Ok(value) => Expression::new(format!("b'{value:b}'")),
            Err(_) => Expression::new(text),
        },
        (Family::Bit, Constant::Bits(bits)) => {
            let bits = bits.trim_start_matches('0');
            Expression::new(format!("b'{}'", if bits.is_empty() { "0" } else { bits }))
        }
        (Family::Bytes, Constant::Text(content)) => {
            let hex: String = content.bytes().map(|byte| format!("{byte:02X}")).collect();
            Expression::new(quote::text_literal(&content)).with_canonical(filled(&hex))
        }
        (Family::Bytes, Constant::Bytes(digits)) => {
            Expression::new(format!("0x{}", digits.to_uppercase())).with_canonical(filled(&digits.to_uppercase()))
        }
        (Family::Moment | Family::Time, Constant::Text(content)) => {
            let shortest = match content.split_once('.') {
                Some((_, fraction)) if fraction.chars().all(|digit| digit.is_ascii_digit()) => {
                    content.trim_end_matches('0').trim_end_matches('.')
                }
                _ => content.as_str(),
            };
            Expression::new(quote::text_literal(&content)).with_canonical(quote::text_literal(shortest))
        }
        (_, Constant::Number(content) | Constant::Text(content)) => Expression::new(quote::text_literal(&content)),
        (_, Constant::Bits(_) | Constant::Bytes(_)) => Expression::new(text),
    }
}

/// Bytes without the padding of a fixed length.
fn filled(hex: &str) -> String {
    let mut digits = hex;
    while let Some(shorter) = digits.strip_suffix("00").filter(|_| digits.len().is_multiple_of(2)) {
        digits = shorter;
    }
    format!("0x{digits}")
}

/// A number in its shortest spelling: no exponent, no insignificant zeros.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits.trim_start()),
        None => ("", text.strip_prefix('+').unwrap_or(text).trim_start()),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|it| it.abs() < 400)?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(at) if at >= digits.len() => (format!("{digits}{}", "0".repeat(at - digits.len())), String::new()),
        Ok(at) => (digits.get(..at)?.to_owned(), digits.get(at..)?.to_owned()),
        Err(_) => ("0".to_owned(), format!("{}{digits}", "0".repeat(usize::try_from(-point).ok()?))),
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Literal;

    fn read(native: &str, text: &str) -> Option<Expression> {
        normal(Flavor::MySql, native, DefaultValue::Expression(Expression::new(text)))
    }

    #[test]
    fn numbers_have_one_spelling() {
        for (written, shortest) in
            [("0000001.500", "1.5"), ("1e3", "1000"), ("-1.50e-2", "-0.015"), ("-0", "0"), ("+7", "7"), (".5", "0.5")]
        {
            assert_eq!(number(written).as_deref(), Some(shortest), "{written}");
        }
        assert_eq!(number("abc"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn a_default_is_the_same_however_it_is_written() {
        for (native, one, other) in [
            ("int", "'5'", "5"),
            ("tinyint(1)", "TRUE", "1"),
            ("varchar(10)", "5", "'5'"),
            ("bit(4)", "5", "b'0101'"),
            ("datetime", "now()", "current_timestamp()"),
            ("datetime(3)", "NOW(3)", "CURRENT_TIMESTAMP(3)"),
            ("datetime(3)", "'2020-01-01 00:00:00'", "'2020-01-01 00:00:00.000'"),
            ("binary(4)", "'ab'", "0x61620000"),
            ("text", "(_utf8mb4'abc')", "'abc'"),
        ] {
            assert_eq!(read(native, one), read(native, other), "{native}");
        }
        assert_ne!(read("datetime", "now(3)"), read("datetime", "now()"));
        assert_ne!(read("binary(4)", "'ab'"), read("binary(4)", "'abc'"));
        assert_eq!(read("int", "NULL"), None);
    }

    #[test]
    fn literals_of_entities_are_spelled() {
        let text = |literal| {
            normal(Flavor::MySql, "varchar(9)", DefaultValue::Literal(literal)).map(|it| it.text().to_owned())
        };
        assert_eq!(text(Literal::Text("it's \\".into())).as_deref(), Some("'it''s \\\\'"));
        let truth = normal(Flavor::MariaDb, "tinyint(1)", DefaultValue::Literal(Literal::Boolean(true)));
        assert_eq!(truth, Some(Expression::new("1")));
    }
}
