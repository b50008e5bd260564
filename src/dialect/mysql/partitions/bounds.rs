//! Partition bounds, evaluated as the servers do before they store them.
//!
//! Must not know which partition has them.

use jiff::civil::{Date, DateTime};
use sea_gen_runner::sql::{Token, TokenKind};

use super::super::quote::text_literal;
use super::super::words::string;
use super::cut;

/// The values inside parentheses, as the servers print them. In a list of single values, NULL comes first.
pub(super) fn values(inside: &[Token<'_>], null_first: bool) -> String {
    let mut values: Vec<String> = cut(inside).iter().map(|value| one(value)).collect();
    if null_first {
        values.sort_by_key(|value| value != "NULL");
    }
    values.join(",")
}

fn one(value: &[Token<'_>]) -> String {
    if let Some(number) = number(value) {
        return number.to_string();
    }
    match value {
        [open, inner @ .., close] if open.is_symbol('(') && close.is_symbol(')') => {
            format!("({})", values(inner, false))
        }
        _ => words(value),
    }
}

fn words(value: &[Token<'_>]) -> String {
    let mut text = String::new();
    for (at, token) in value.iter().enumerate() {
        let next = value.get(at + 1).filter(|next| next.kind == TokenKind::String);
        if next.is_some() && (is_introducer(token) || token.is_word("DATE")) {
            continue;
        }
        let is_date = at.checked_sub(1).and_then(|at| value.get(at)).is_some_and(|before| before.is_word("DATE"));
        let word = match token.kind {
            TokenKind::Word if value.get(at + 1).is_some_and(|next| next.is_symbol('(')) => token.text.to_lowercase(),
            TokenKind::Word => token.text.to_uppercase(),
            // A double-quoted token is a string here: ANSI_QUOTES is off, and no name is allowed at this position.
            TokenKind::Name if token.text.starts_with('"') => {
                token.name().map_or_else(|| token.text.to_owned(), |text| text_literal(&text))
            }
            TokenKind::String => literal(token.text, is_date).unwrap_or_else(|| token.text.to_owned()),
            TokenKind::Space
            | TokenKind::Comment
            | TokenKind::Hint
            | TokenKind::Name
            | TokenKind::Number
            | TokenKind::Symbol => token.text.to_owned(),
        };
        let is_sign = text.ends_with('-') && !text.ends_with(" -");
        let is_tight = text.is_empty() || text.ends_with('(') || is_sign || matches!(token.text, ")" | "," | "(");
        text.push_str(if is_tight { "" } else { " " });
        text.push_str(&word);
    }
    text
}

fn literal(text: &str, is_date: bool) -> Option<String> {
    let held = string(text.strip_prefix(['N', 'n']).unwrap_or(text))?;
    let date = is_date.then(|| held.parse::<Date>().ok()).flatten();
    Some(text_literal(&date.map_or(held, |date| date.to_string())))
}

/// Whether the token is a redundant introducer, such as `_utf8mb4`.
fn is_introducer(token: &Token<'_>) -> bool {
    token.is_any(&["_utf8mb4", "_utf8mb3", "_utf8", "_ascii"])
}

/// Evaluates an integer constant: numbers, signs and functions of a literal date or time.
pub(in super::super) fn number(value: &[Token<'_>]) -> Option<i128> {
    let mut sum = Sum { words: value, at: 0 };
    sum.sum().filter(|_| sum.at == value.len())
}

struct Sum<'a> {
    words: &'a [Token<'a>],
    at: usize,
}

impl Sum<'_> {
    /// Skips the next token if it is the expected one.
    fn next(&mut self, is: impl FnOnce(&Token<'_>) -> bool) -> bool {
        let found = self.words.get(self.at).is_some_and(is);
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Option<i128> {
        let mut sum = self.product()?;
        loop {
            sum = match () {
                () if self.next(|it| it.is_symbol('+')) => sum.checked_add(self.product()?)?,
                () if self.next(|it| it.is_symbol('-')) => sum.checked_sub(self.product()?)?,
                () => return Some(sum),
            };
        }
    }

    fn product(&mut self) -> Option<i128> {
        let mut product = self.factor()?;
        loop {
            product = match () {
                () if self.next(|it| it.is_symbol('*')) => product.checked_mul(self.factor()?)?,
                () if self.next(|it| it.is_word("DIV")) => product.checked_div(self.factor()?)?,
                () if self.next(|it| it.is_symbol('%') || it.is_word("MOD")) => product.checked_rem(self.factor()?)?,
                () => return Some(product),
            };
        }
    }

    fn factor(&mut self) -> Option<i128> {
        if self.next(|it| it.is_symbol('-')) {
            return self.factor()?.checked_neg();
        }
        if self.next(|it| it.is_symbol('+')) {
            return self.factor();
        }
        if self.next(|it| it.is_symbol('(')) {
            let inside = self.sum()?;
            return self.next(|it| it.is_symbol(')')).then_some(inside);
        }
        let word = self.words.get(self.at)?;
        if word.kind == TokenKind::Number {
            self.at += 1;
            return word.text.parse().ok();
        }
        let [function, open, moment, close, ..] = self.words.get(self.at..)? else { return None };
        self.at += 4;
        let is_call = open.is_symbol('(') && moment.kind == TokenKind::String && close.is_symbol(')');
        is_call.then(|| of_moment(&function.text.to_uppercase(), &string(moment.text)?)).flatten()
    }
}

/// Evaluates a function of a literal date or time in UTC, the time zone of every session of the tool.
fn of_moment(function: &str, moment: &str) -> Option<i128> {
    /// `TO_DAYS('1970-01-01')`.
    const OF_1970: i128 = 719_528;
    const DAY: i128 = 86_400;
    /// The maximum of a 32-bit timestamp.
    const LAST: i128 = (1 << 31) - 1;
    let moment: DateTime = moment.parse().ok()?;
    let days = i128::from(moment.date().since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
    let [hour, minute, second] = [moment.hour(), moment.minute(), moment.second()].map(i128::from);
    let seconds = hour * 3_600 + minute * 60 + second;
    let stamp = days * DAY + seconds;
    match function {
        "TO_DAYS" => Some(OF_1970 + days),
        "TO_SECONDS" => Some((OF_1970 + days) * DAY + seconds),
        "YEAR" => Some(moment.year().into()),
        "UNIX_TIMESTAMP" => Some(stamp).filter(|it| (1..=LAST).contains(it) && moment.subsec_nanosecond() == 0),
        _ => None,
    }
}
