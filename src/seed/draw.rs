//! Draws one value of a domain within the limits of the checks: at its ends or in its middle.
//!
//! Must not know rows, keys or other columns.

use super::chance::Chance;
use super::limits::Limits;
use super::rule::Scalar;
use super::{Value, realistic};
use crate::dialect::domain::{Domain, tens};

/// Which part of a domain to draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The smallest value, the empty text.
    Low,
    /// The greatest value, the longest text.
    High,
    /// An ordinary value.
    Middle,
}

/// The inputs of drawing one value.
pub(super) struct Draw<'a> {
    pub(super) table: &'a str,
    pub(super) column: &'a str,
    pub(super) domain: &'a Domain,
    pub(super) limits: &'a Limits,
    pub(super) end: End,
    /// How letters beyond ASCII are tried at the ends.
    pub(super) strange: &'a str,
    /// Where images are, if that is not a public service.
    pub(super) images: Option<&'a str>,
}

/// The days from 1970-01-01 to a date (civil calendar).
fn days(year: i128, month: i128, day: i128) -> i128 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days from 1970-01-01.
fn date(days: i128) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A bound that is a date, as days; the time is left out.
fn day_of(text: &str) -> Option<i128> {
    let mut parts = text.get(..10)?.split('-').map(|part| part.parse().ok());
    match (parts.next()??, parts.next()??, parts.next()??) {
        (year, month, day) if parts.next().is_none() => Some(days(year, month, day)),
        _ => None,
    }
}

/// Seconds of a day as a time.
fn clock(seconds: i128) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

impl Draw<'_> {
    /// A value; `None` if the domain is not known, or has no value within the limits.
    pub(super) fn value(&self, chance: &mut Chance) -> Option<Value> {
        if let Some(choices) = &self.limits.choices {
            return self.chosen(choices, chance);
        }
        Some(match self.domain {
            Domain::Integer { min, max } => Value::number(self.integer(*min, *max, chance)?),
            Domain::Decimal(precision, scale) => self.decimal(*precision, *scale, chance)?,
            Domain::Float(bits) => self.float(*bits, chance)?,
            Domain::Boolean => Value::Boolean(match self.end {
                End::Low => false,
                End::High => true,
                End::Middle => chance.percent(50),
            }),
            Domain::Text(most) => Value::Text(self.text(*most, chance)),
            Domain::Bytes(most, fixed) => Value::Bytes(self.bytes(*most, *fixed, chance)),
            Domain::Bits(count, fixed) => self.bits(*count, *fixed, chance),
            Domain::Date => Value::Text(date(self.day(1000, 9999, chance)?)),
            Domain::Time => Value::Text(clock(self.ends(0, 86_399, chance))),
            Domain::DateTime(zone, first, last) => {
                let day = date(self.day(*first, *last, chance)?);
                let seconds = if self.end == End::Low { 0 } else { chance.between(0, 86_399) };
                Value::Text(format!("{day} {}{}", clock(seconds), if *zone { "+00" } else { "" }))
            }
            Domain::Year => Value::number(self.integer(1901, 2155, chance)?),
            Domain::Json => Value::Text(self.json(chance)),
            Domain::Uuid => Value::Text(uuid(chance)),
            Domain::Address(true) => Value::Text(format!("10.{}.{}.0/24", chance.below(256), chance.below(256))),
            Domain::Address(false) => {
                Value::Text(format!("192.{}.{}.{}", chance.below(256), chance.below(256), chance.below(256)))
            }
            Domain::Address6 => {
                Value::Text(format!("2001:db8::{:x}:{:x}", 1 + chance.below(65_535), 1 + chance.below(65_535)))
            }
            Domain::Mac(count) => {
                let bytes: Vec<String> = (0..*count).map(|_| format!("{:02x}", chance.below(256))).collect();
                Value::Text(bytes.join(":"))
            }
            Domain::Choice(values) => Value::Text(match self.end {
                End::Low => values.first()?.clone(),
                End::High => values.last()?.clone(),
                End::Middle => chance.one_of(values)?.clone(),
            }),
            Domain::Some(values) => {
                let taken = values.iter().filter(|_| match self.end {
                    End::Low => false,
                    End::High => true,
                    End::Middle => chance.percent(40),
                });
                Value::Text(taken.cloned().collect::<Vec<_>>().join(","))
            }
            Domain::Array(inner) => return self.array(inner, chance),
            Domain::Vector(length, function) => {
                let numbers: Vec<String> =
                    (0..*length).map(|_| format!("{}", chance.between(-100, 100) as f64 / 64.0)).collect();
                let text = format!("[{}]", numbers.join(","));
                match function {
                    Some(function) => Value::Expression(format!("{function}('{text}')")),
                    None => Value::Text(text),
                }
            }
            Domain::Samples(samples) => Value::text(*chance.one_of(samples)?),
            Domain::Expressions(samples) => Value::Expression((*chance.one_of(samples)?).to_owned()),
            Domain::Unknown => return None,
        })
    }

    fn chosen(&self, choices: &[Scalar], chance: &mut Chance) -> Option<Value> {
        let choices: Vec<&Scalar> = choices.iter().filter(|choice| **choice != Scalar::Null).collect();
        let found = match self.end {
            End::Low => *choices.first()?,
            End::High => *choices.last()?,
            End::Middle => *chance.one_of(&choices)?,
        };
        let is_truth = *self.domain == Domain::Boolean;
        Some(match found {
            Scalar::Null => Value::Null,
            Scalar::Number(number) if is_truth => Value::Boolean(*number != 0.0),
            Scalar::Boolean(truth) if !is_truth => Value::number(u8::from(*truth)),
            Scalar::Number(number) => Value::number(number),
            Scalar::Text(text) => Value::Text(text.clone()),
            Scalar::Boolean(truth) => Value::Boolean(*truth),
        })
    }

    /// One of two ends or something between them.
    fn ends(&self, low: i128, high: i128, chance: &mut Chance) -> i128 {
        match self.end {
            End::Low => low,
            End::High => high,
            End::Middle => chance.between(low, high),
        }
    }

    /// The bounds as whole numbers of a fraction; `unit` is the number of such fractions in one.
    fn bounds(&self, min: i128, max: i128, unit: f64) -> Option<(i128, i128)> {
        let number = |scalar: &Scalar| match scalar {
            Scalar::Number(number) => Some(*number * unit),
            Scalar::Text(text) => text.parse::<f64>().ok().map(|number| number * unit),
            Scalar::Null | Scalar::Boolean(_) => None,
        };
        let low = match self.limits.low.as_ref().and_then(|(bound, allowed)| Some((number(bound)?, *allowed))) {
            Some((bound, true)) => bound.ceil() as i128,
            Some((bound, false)) => bound.floor() as i128 + 1,
            None => min,
        };
        let high = match self.limits.high.as_ref().and_then(|(bound, allowed)| Some((number(bound)?, *allowed))) {
            Some((bound, true)) => bound.floor() as i128,
            Some((bound, false)) => bound.ceil() as i128 - 1,
            None => max,
        };
        let (low, high) = (low.max(min), high.min(max));
        (low <= high).then_some((low, high))
    }

    fn integer(&self, min: i128, max: i128, chance: &mut Chance) -> Option<i128> {
        let (low, high) = self.bounds(min, max, 1.0)?;
        Some(match self.end {
            End::Low => low,
            End::High => high,
            End::Middle => match realistic::integer(self.column, chance) {
                Some(number) if (low..=high).contains(&number) => number,
                _ => chance.between(low.max(high.min(0)), high.min(low.max(0) + 9_999)),
            },
        })
    }

    fn decimal(&self, precision: u32, scale: u32, chance: &mut Chance) -> Option<Value> {
        let scale = scale.min(30);
        let unit = tens(scale) + 1;
        let most = tens(precision.min(37));
        let (low, high) = self.bounds(-most, most, unit as f64)?;
        let scaled = match self.end {
            End::Low => low,
            End::High => high,
            End::Middle => match realistic::thousandths(self.column, chance).map(|number| number * unit / 1000) {
                Some(number) if (low..=high).contains(&number) => number,
                _ => chance.between(low.max(high.min(0)), high.min(low.max(0) + 999 * unit)),
            },
        };
        if scale == 0 {
            return Some(Value::number(scaled));
        }
        let sign = if scaled < 0 { "-" } else { "" };
        let (whole, rest) = (scaled.abs() / unit, scaled.abs() % unit);
        Some(Value::Number(format!("{sign}{whole}.{rest:0width$}", width = scale as usize)))
    }

    /// Numbers that are the same in binary and in decimal, so that they are read back as they were written.
    fn float(&self, bits: u32, chance: &mut Chance) -> Option<Value> {
        let most = if bits == 32 { 1 << 20 } else { 1 << 40 };
        let (low, high) = self.bounds(-most, most, 16.0)?;
        let sixteenths = match self.end {
            End::Middle => match realistic::thousandths(self.column, chance).map(|number| number * 16 / 1000) {
                Some(number) if (low..=high).contains(&number) => number,
                _ => chance.between(low.max(high.min(0)), high.min(low.max(0) + 16_000)),
            },
            _ => self.ends(low, high, chance),
        };
        Some(Value::number(sixteenths as f64 / 16.0))
    }

    fn day(&self, first: i128, last: i128, chance: &mut Chance) -> Option<i128> {
        let bound = |bound: &Option<(Scalar, bool)>| match bound {
            Some((Scalar::Text(text), allowed)) => day_of(text).map(|day| (day, *allowed)),
            _ => None,
        };
        let low = bound(&self.limits.low).map(|(day, allowed)| day + i128::from(!allowed));
        let high = bound(&self.limits.high).map(|(day, allowed)| day - i128::from(!allowed));
        let (earliest, latest) = (days(first, 1, 2), days(last, 12, 30));
        let (usual, now) = if self.column.to_lowercase().contains("birth") {
            (days(1940, 1, 1), days(2007, 12, 31))
        } else {
            (days(2015, 1, 1), days(2026, 6, 30))
        };
        let (from, to) = match self.end {
            End::Middle => match (low, high) {
                (None, None) => (usual, now),
                (Some(low), None) => (low.max(usual), low.max(usual) + 3_000),
                (None, Some(high)) => (high.min(now) - 3_000, high.min(now)),
                (Some(low), Some(high)) => (low, high),
            },
            _ => (low.unwrap_or(earliest), high.unwrap_or(latest)),
        };
        let (from, to) = (from.clamp(earliest, latest), to.clamp(earliest, latest));
        (from <= to).then(|| self.ends(from, to, chance))
    }

    fn text(&self, most: Option<u32>, chance: &mut Chance) -> String {
        let (least, limit) = self.limits.length;
        let most = match (most, limit) {
            (Some(most), Some(limit)) => Some(most.min(limit)),
            (most, limit) => most.or(limit),
        };
        if let Some(pattern) = &self.limits.pattern {
            return fitted(like(pattern, chance), least, most, chance);
        }
        if most == Some(36) && self.end == End::Middle && self.column.to_lowercase().ends_with("id") {
            return uuid(chance);
        }
        match self.end {
            End::Low => fitted(String::new(), least, most, chance),
            End::High => {
                // The longest text, limited so that it does not fill the disk.
                let length = most.unwrap_or(300).min(2_000);
                fitted(self.strange.chars().cycle().take(length as usize).collect(), least, most, chance)
            }
            End::Middle => {
                let image = realistic::is_image(self.column).then(|| realistic::image(self.images, chance));
                let text = image.unwrap_or_else(|| realistic::text(self.table, self.column, most, chance));
                fitted(text, least, most, chance)
            }
        }
    }

    fn bytes(&self, most: Option<u32>, fixed: bool, chance: &mut Chance) -> Vec<u8> {
        let most = most.unwrap_or(64).min(256);
        let least = self.limits.length.0.min(most);
        let count = match self.end {
            _ if fixed => most,
            End::Low => least,
            End::High => most,
            End::Middle => u32::try_from(chance.between(least.into(), most.into())).unwrap_or(most),
        };
        (0..count).map(|_| u8::try_from(chance.below(256)).unwrap_or_default()).collect()
    }

    fn bits(&self, count: u32, fixed: bool, chance: &mut Chance) -> Value {
        let length = if fixed || self.end == End::High {
            count
        } else {
            1 + u32::try_from(chance.below(count.into())).unwrap_or(0)
        };
        let digits: String = (0..length)
            .map(|_| match self.end {
                End::Low => '0',
                End::High => '1',
                End::Middle => {
                    if chance.percent(50) {
                        '1'
                    } else {
                        '0'
                    }
                }
            })
            .collect();
        Value::Expression(format!("b'{digits}'"))
    }

    fn json(&self, chance: &mut Chance) -> String {
        match self.end {
            End::Low => "{}".to_owned(),
            End::High => format!("{{\"list\": [1, 2.5, null, true], \"text\": \"it's {}\"}}", chance.below(100)),
            End::Middle => {
                let word = realistic::text(self.table, "word", None, chance);
                format!("{{\"key\": \"{word}\", \"number\": {}}}", chance.below(1000))
            }
        }
    }

    fn array(&self, inner: &Domain, chance: &mut Chance) -> Option<Value> {
        let count = match self.end {
            End::Low => 0,
            End::High => 4,
            End::Middle => chance.below(4),
        };
        let none = Limits::default();
        let item = Draw { domain: inner, limits: &none, end: End::Middle, ..*self };
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(match item.value(chance)? {
                Value::Null => "NULL".to_owned(),
                Value::Number(number) => number,
                Value::Boolean(truth) => truth.to_string(),
                Value::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
                Value::Bytes(bytes) => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    format!("\"\\\\x{digits}\"")
                }
                Value::Expression(sql) => sql.trim_start_matches("b'").trim_end_matches('\'').to_owned(),
            });
        }
        Some(Value::Text(format!("{{{}}}", items.join(","))))
    }
}

/// A text brought to the minimum and maximum length.
fn fitted(mut text: String, least: u32, most: Option<u32>, chance: &mut Chance) -> String {
    while text.chars().count() < least as usize {
        text.push(char::from(b'a' + u8::try_from(chance.below(26)).unwrap_or_default()));
    }
    if let Some(most) = most {
        text = text.chars().take(most as usize).collect();
        // A space at the end is lost or ignored by some databases.
        if text.ends_with(' ') {
            text.pop();
            text.push('x');
        }
    }
    text
}

/// A text that LIKE finds.
fn like(pattern: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    for letter in pattern.chars() {
        match letter {
            '%' => {
                (0..4).for_each(|_| text.push(char::from(b'a' + u8::try_from(chance.below(26)).unwrap_or_default())))
            }
            '_' => text.push(char::from(b'a' + u8::try_from(chance.below(26)).unwrap_or_default())),
            other => text.push(other),
        }
    }
    text
}

/// A random UUID of version 4.
pub(super) fn uuid(chance: &mut Chance) -> String {
    let high = chance.below(u64::MAX);
    let low = chance.below(u64::MAX);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        8 + (low >> 62),
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (year, month, day, expected) in
            [(1970, 1, 1, 0), (2000, 2, 29, 11_016), (1, 1, 2, -719_161), (9999, 12, 30, 2_932_895)]
        {
            assert_eq!(days(year, month, day), expected);
            assert_eq!(date(expected), format!("{year:04}-{month:02}-{day:02}"));
        }
        assert_eq!(day_of("2000-02-29 10:00:00"), Some(11_016));
        assert_eq!(day_of("soon"), None);
    }

    #[test]
    fn values_stay_within_limits() {
        let mut chance = Chance::new(1, "t");
        let limits = Limits {
            low: Some((Scalar::Number(0.0), false)),
            high: Some((Scalar::Number(9.5), true)),
            length: (2, Some(4)),
            ..Limits::default()
        };
        let mut drawn = |domain: Domain, end| {
            let draw =
                Draw { table: "t", column: "c", domain: &domain, limits: &limits, end, strange: "x", images: None };
            match draw.value(&mut chance) {
                Some(Value::Number(text) | Value::Text(text)) => text,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(drawn(Domain::Integer { min: -8, max: 100 }, End::Low), "1");
        assert_eq!(drawn(Domain::Integer { min: -8, max: 100 }, End::High), "9");
        assert_eq!(drawn(Domain::Decimal(4, 2), End::Low), "0.01");
        assert_eq!(drawn(Domain::Decimal(4, 2), End::High), "9.50");
        assert_eq!(drawn(Domain::Text(None), End::Low).len(), 2);
        assert_eq!(drawn(Domain::Text(Some(80)), End::High), "xxxx");
    }
}
