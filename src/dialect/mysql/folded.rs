//! Literals as the servers print them after constant folding: next to an integer column `1e6`, `0x10` and `'7'` become
//! `1000000`, `16` and `7`, at some later ALTER. The canonical form is always the folded one.
//!
//! Must not know the location of an expression.

use sea_gen_runner::sql::{Token, TokenKind};

use crate::schema::{Columns, Type};

use super::types::{Family, family};
use super::words::tokens;

/// An expression over the columns of a table with its literals folded.
pub(super) fn folded(text: &str, columns: &Columns) -> String {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let words: Vec<usize> = (0..found.len()).filter(|at| !found[*at].is_blank()).collect();
    let mut kept: Vec<String> = found.iter().map(|token| token.text.to_owned()).collect();
    for (place, at) in words.iter().enumerate() {
        let Some(token) = found.get(*at) else { continue };
        let beside = || is_beside_whole(&found, &words, place, columns);
        let whole = match token.kind {
            TokenKind::Number => whole(token.text).or_else(|| bits(token.text).filter(|_| beside())),
            TokenKind::String => bits(token.text).or_else(|| quoted(token.text)).filter(|_| beside()),
            TokenKind::Space
            | TokenKind::Comment
            | TokenKind::Hint
            | TokenKind::Name
            | TokenKind::Word
            | TokenKind::Symbol => None,
        };
        if let (Some(whole), Some(kept)) = (whole, kept.get_mut(*at)) {
            *kept = whole;
        }
    }
    kept.concat()
}

/// A number with an exponent or a fraction whose value is an integer.
fn whole(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let value: f64 = text.parse().ok()?;
    (!is_plain && value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then(|| format!("{value:.0}"))
}

/// A hexadecimal or binary number: `0x10`, `0b11`, `b'11'`. On MariaDB `x'10'` is a string.
fn bits(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let radix = if lower.starts_with("0x") { 16 } else { 2 };
    let digits = ["0x", "0b", "b'"].iter().find_map(|prefix| lower.strip_prefix(prefix))?;
    i64::from_str_radix(digits.trim_end_matches('\''), radix).ok().map(|value| value.to_string())
}

/// A quoted integer.
fn quoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
    let is_plain = inside.strip_prefix('-').unwrap_or(inside).bytes().all(|byte| byte.is_ascii_digit());
    match is_plain {
        true => inside.parse::<i64>().ok().map(|value| value.to_string()),
        false => whole(inside),
    }
}

/// Whether a literal is compared with an integer column.
fn is_beside_whole(found: &[Token<'_>], words: &[usize], place: usize, columns: &Columns) -> bool {
    let word = |place: Option<usize>| place.and_then(|place| words.get(place)).and_then(|at| found.get(*at));
    let is_whole = |place: Option<usize>| {
        let column = word(place).and_then(Token::name).and_then(|name| columns.get(name.as_str()));
        column.is_some_and(|column| match &column.data_type {
            Type::Native(native) => family(native) == Family::Integer,
            _ => false,
        })
    };
    let compares = |place: Option<usize>| {
        word(place).is_some_and(|it| ['<', '>', '=', '!'].iter().any(|sign| it.is_symbol(*sign)))
    };
    let is_word = |place: Option<usize>, name: &str| word(place).is_some_and(|it| it.is_word(name));
    let mut before = place.checked_sub(1);
    if word(before).is_some_and(|it| it.is_symbol('-')) {
        before = before.and_then(|at| at.checked_sub(1));
    }
    let first = before;
    while compares(before) {
        before = before.and_then(|at| at.checked_sub(1));
    }
    let mut after = Some(place + 1);
    let next = after;
    while compares(after) {
        after = after.map(|at| at + 1);
    }
    let back = |at: Option<usize>, by: usize| at.and_then(|at| at.checked_sub(by));
    let between = |at: Option<usize>| {
        is_word(at, "BETWEEN") && (is_whole(back(at, 1)) || is_word(back(at, 1), "NOT") && is_whole(back(at, 2)))
    };
    first != before && is_whole(before)
        || next != after && is_whole(after)
        || between(first)
        || is_word(first, "AND") && (between(back(first, 2)) || between(back(first, 3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    #[test]
    fn literals_are_folded_as_the_servers_do() {
        let native = |name: &str, native: &str| Column::new(name, Type::Native(native.to_owned()));
        let mut columns = Columns::default();
        columns.extend([native("price", "int"), native("name", "varchar(9)"), native("m", "decimal(10,2)")]);
        for (written, printed) in [
            ("price < 1e6", "price < 1000000"),
            (
                "price < 0x10 or price > 1.5 and price <> '7' and price < 1.0",
                "price < 16 or price > 1.5 and price <> 7 and price < 1",
            ),
            ("`price` between 0 and 1E6", "`price` between 0 and 1000000"),
            ("price not between '1' and -0x2", "price not between 1 and -2"),
            ("1e2>=price", "100>=price"),
            ("price = -1e1", "price = -10"),
            ("price < b'11' and name <> 0x41 and name <> '7'", "price < 3 and name <> 0x41 and name <> '7'"),
            ("m <> '7' and price < 1e20", "m <> '7' and price < 1e20"),
        ] {
            assert_eq!(folded(written, &columns), printed);
            assert_eq!(folded(printed, &columns), printed);
        }
    }
}
