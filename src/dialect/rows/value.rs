//! Values of declared rows: the one spelling of a value that a column of its type holds, or the reason why it holds none; and
//! how a value is read from a database without a loss.
//!
//! Must not know where a value was declared.

use std::collections::BTreeMap;

use sea_gen_runner::sql;
use serde_json::value::RawValue;

use crate::dialect::Dialect;
use crate::dialect::domain::{Domain, cut, domain};
use crate::schema::{Column, Product, RowValue, Schema, Type};

/// Brings the values of the declared rows of a schema to the spelling by which they are compared, and sorts the rows. A value
/// that its column does not hold stays as it is.
pub fn normalize(product: Product, schema: &mut Schema) {
    let names: Vec<_> = schema.tables.values().filter(|it| it.rows.is_some()).map(|it| it.name.clone()).collect();
    for name in names {
        let Some(table) = schema.tables.get(&name) else { continue };
        let Some(mut rows) = table.rows.clone() else { continue };
        let columns: Vec<Column> = table.columns.values().cloned().collect();
        for column in columns {
            for row in &mut rows.rows {
                if let Some(value) = row.get_mut(&column.name)
                    && let Ok(one) = one_spelling(product, schema, &column, value)
                {
                    *value = one;
                }
            }
        }
        rows.sort();
        let rows = (!rows.rows.is_empty()).then_some(rows);
        // A table that stays as it is stays shared with other schemas.
        if rows == table.rows {
            continue;
        }
        if let Some(table) = schema.tables.get_mut(&name) {
            table.rows = rows;
        }
    }
}

/// The value in the spelling by which values of the column are compared.
///
/// # Errors
/// The column does not hold the value; the reason, as the predicate of a sentence.
pub fn one_spelling(product: Product, schema: &Schema, column: &Column, value: &RowValue) -> Result<RowValue, String> {
    if *value == RowValue::Null {
        return match column.nullable {
            true => Ok(RowValue::Null),
            false => Err("is NULL, and the column takes no NULL".to_owned()),
        };
    }
    let of_type = domain(product, schema, column);
    let spelling = match &column.data_type {
        Type::Native(spelling) => cut(spelling).0,
        _ => String::new(),
    };
    let wrong = |what: &str| Err(format!("is no {what}"));
    match &of_type {
        Domain::Integer { min, max } => match digits(value).and_then(|text| text.parse::<i128>().ok()) {
            Some(number) if *min <= number && number <= *max => Ok(RowValue::Number(number.to_string())),
            Some(_) => Err(format!("is outside of {min} to {max}")),
            None => wrong("whole number"),
        },
        Domain::Decimal(precision, scale) => {
            let Some(number) = digits(value).and_then(Decimal::parse) else { return wrong("decimal number") };
            if spelling == "money" {
                return Err("is of type money, which is written as the locale of the server says".to_owned());
            }
            if product == Product::Sqlite {
                // A larger number would be stored as floating point.
                return match number.significant() <= 15 {
                    true => Ok(RowValue::Number(number.plain())),
                    false => Err("has more than the 15 digits that SQLite stores of a decimal number".to_owned()),
                };
            }
            if product == Product::Postgres && !matches!(&column.data_type, Type::Native(it) if it.contains('(')) {
                return Ok(RowValue::Number(number.plain()));
            }
            match number.with_scale(*precision, *scale) {
                Some(text) => Ok(RowValue::Number(text)),
                None => Err(format!("has more digits than ({precision},{scale}) holds")),
            }
        }
        Domain::Float(bits) => {
            let number = digits(value).and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
            let Some(number) = number else { return wrong("number") };
            let is_exact = |text: &str| {
                let written = digits(value).and_then(Decimal::parse);
                written
                    .is_none_or(|written| Decimal::parse(text).is_none_or(|stored| stored.plain() == written.plain()))
            };
            if *bits == 64 && !is_exact(&number.to_string()) {
                return Err("has more digits than the floating-point number that the column stores".to_owned());
            }
            // The number with the fewest digits that the column stores in the same way.
            #[allow(clippy::cast_possible_truncation, reason = "this is what the column does")]
            let text = if *bits == 32 { (number as f32).to_string() } else { number.to_string() };
            Ok(RowValue::Number(text))
        }
        Domain::Boolean => match value {
            RowValue::Boolean(truth) => Ok(RowValue::Boolean(*truth)),
            RowValue::Number(text) | RowValue::Text(text) => match text.as_str() {
                "1" | "t" | "true" => Ok(RowValue::Boolean(true)),
                "0" | "f" | "false" => Ok(RowValue::Boolean(false)),
                // `tinyint(1)` holds other numbers too.
                text if text.parse::<i8>().is_ok() && matches!(product, Product::MySql | Product::MariaDb) => {
                    Ok(RowValue::Number(text.to_owned()))
                }
                _ => wrong("truth value"),
            },
            RowValue::Null | RowValue::Bytes(_) => wrong("truth value"),
        },
        Domain::Bytes(length, is_fixed) => {
            let written = match value {
                RowValue::Text(text) if *length == Some(16) => uuid(text).map(|text| text.replace('-', "")),
                _ => None,
            };
            let Some(mut bytes) = written.or_else(|| bytes(value)) else {
                return Err("is not written as bytes: `\"0x00ff\"`".to_owned());
            };
            let length = length.map(|length| length as usize * 2);
            // MySQL and MariaDB fill such a column up with zeros.
            if let (Some(length), true) = (length, *is_fixed && product != Product::Sqlite) {
                while bytes.len() < length {
                    bytes.push('0');
                }
            }
            match length.is_some_and(|length| bytes.len() > length && product != Product::Sqlite) {
                true => Err("is longer than the column".to_owned()),
                false => Ok(RowValue::Bytes(bytes)),
            }
        }
        Domain::Bits(..) if matches!(product, Product::MySql | Product::MariaDb) => match digits(value) {
            Some(text) if text.parse::<u64>().is_ok() => Ok(RowValue::Number(text.to_owned())),
            _ => wrong("number of bits"),
        },
        Domain::Year => match digits(value) {
            Some(text) if text.parse::<u16>().is_ok() => Ok(RowValue::Number(text.to_owned())),
            _ => wrong("year"),
        },
        Domain::Json => {
            let text = match value {
                RowValue::Text(text) | RowValue::Number(text) => text.clone(),
                RowValue::Boolean(truth) => truth.to_string(),
                RowValue::Null | RowValue::Bytes(_) => return wrong("JSON"),
            };
            compact(product, &text).map(RowValue::Text).ok_or_else(|| "is no JSON".to_owned())
        }
        Domain::Uuid if product == Product::Sqlite && matches!(value, RowValue::Bytes(_)) => Ok(value.clone()),
        Domain::Expressions(_) | Domain::Vector(..) if matches!(product, Product::MySql | Product::MariaDb) => {
            Err("is of a type without an exact text".to_owned())
        }
        Domain::Unknown if matches!(product, Product::MySql | Product::MariaDb) => {
            Err("is of a type without an exact text".to_owned())
        }
        Domain::Text(_)
        | Domain::Bits(..)
        | Domain::Date
        | Domain::Time
        | Domain::DateTime(..)
        | Domain::Uuid
        | Domain::Address(_)
        | Domain::Address6
        | Domain::Mac(_)
        | Domain::Choice(_)
        | Domain::Some(_)
        | Domain::Array(_)
        | Domain::Vector(..)
        | Domain::Samples(_)
        | Domain::Expressions(_)
        | Domain::Unknown => {
            let RowValue::Text(text) = value else {
                // SQLite lets any column have any value.
                return match (product, value) {
                    (Product::Sqlite, RowValue::Bytes(_)) => Ok(value.clone()),
                    _ => Err("is no text: write it in quotes".to_owned()),
                };
            };
            of_text(product, &of_type, &spelling, text).map(RowValue::Text)
        }
    }
}

/// A value of a type that is written as text.
fn of_text(product: Product, of_type: &Domain, spelling: &str, text: &str) -> Result<String, String> {
    match of_type {
        Domain::Text(length) => {
            // A blank at the end of such a column is no part of its value.
            let text = match spelling {
                "character" | "bpchar" | "char" => text.trim_end_matches(' '),
                _ => text,
            };
            match length.is_some_and(|length| text.chars().count() > length as usize && product != Product::Sqlite) {
                true => Err(format!("is longer than {} characters", length.unwrap_or_default())),
                false => Ok(text.to_owned()),
            }
        }
        Domain::Choice(values) if !values.iter().any(|value| value == text) => {
            let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            Err(format!("is none of {}", values.join(", ")))
        }
        // SQLite stores dates as the texts that they are.
        Domain::Date | Domain::Time | Domain::DateTime(..) if product == Product::Sqlite => Ok(text.to_owned()),
        Domain::Date => match has_shape(text, "0000-00-00") {
            true => Ok(text.to_owned()),
            false => Err("is no date: `2026-11-29`".to_owned()),
        },
        Domain::Time => time(text).ok_or_else(|| "is no time of day: `09:30:00`".to_owned()),
        Domain::DateTime(false, ..) => {
            let parts = text.split_at_checked(10).filter(|(day, _)| has_shape(day, "0000-00-00"));
            let moment = parts.and_then(|(day, rest)| Some(format!("{day} {}", time(rest.strip_prefix([' ', 'T'])?)?)));
            moment.ok_or_else(|| "is no date with time: `2026-11-29 09:30:00`".to_owned())
        }
        Domain::DateTime(true, ..) => {
            moment(text).ok_or_else(|| "is no date with time and zone: `2026-11-29 09:30:00+00`".to_owned())
        }
        Domain::Uuid => uuid(text).ok_or_else(|| "is no UUID".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// A UUID with its hyphens, which may be written as the bytes that it is.
fn uuid(text: &str) -> Option<String> {
    let folded = text.to_ascii_lowercase();
    let digits = folded.strip_prefix("0x").map_or_else(|| folded.replace('-', ""), str::to_owned);
    let is_one = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_spelled = folded.starts_with("0x") || folded.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    let parts = || [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-");
    (is_one && is_spelled).then(parts)
}

/// The text of a number.
fn digits(value: &RowValue) -> Option<&str> {
    match value {
        RowValue::Number(text) | RowValue::Text(text) => Some(text.strip_prefix('+').unwrap_or(text)),
        RowValue::Null | RowValue::Boolean(_) | RowValue::Bytes(_) => None,
    }
}

/// The hexadecimal digits of bytes.
fn bytes(value: &RowValue) -> Option<String> {
    let digits = match value {
        RowValue::Bytes(digits) => digits.as_str(),
        RowValue::Text(text) => text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x"))?,
        RowValue::Null | RowValue::Boolean(_) | RowValue::Number(_) => return None,
    };
    let is_whole = digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_whole.then(|| digits.to_ascii_lowercase())
}

/// A decimal number, digit by digit.
struct Decimal<'a> {
    is_negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (is_negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = are_digits(whole) && are_digits(fraction) && !(whole.is_empty() && fraction.is_empty());
        let whole = whole.trim_start_matches('0');
        is_number.then_some(Self { is_negative, whole, fraction })
    }

    fn text(&self, fraction: &str) -> String {
        let whole = if self.whole.is_empty() { "0" } else { self.whole };
        let is_zero = self.whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');
        let sign = if self.is_negative && !is_zero { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// Without zeros at the end, which do not change its value.
    fn plain(&self) -> String {
        self.text(self.fraction.trim_end_matches('0'))
    }

    fn significant(&self) -> usize {
        self.whole.len() + self.fraction.trim_end_matches('0').len()
    }

    /// With this many digits behind the point; `None` if that loses some, or there are too many in front of it.
    fn with_scale(&self, precision: u32, scale: u32) -> Option<String> {
        let (precision, scale) = (precision as usize, scale as usize);
        let fraction = self.fraction.trim_end_matches('0');
        if fraction.len() > scale || self.whole.len() > precision.saturating_sub(scale) {
            return None;
        }
        Some(self.text(&format!("{fraction:0<scale$}")))
    }
}

/// Whether a text has the digits and signs of another.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(own, one)| if one == b'0' { own.is_ascii_digit() } else { own == one })
}

/// A time of day, or a duration of MySQL and MariaDB, without zeros behind its seconds.
fn time(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (seconds, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let (hours, rest) = seconds.split_once(':')?;
    let is_time = (2..=3).contains(&hours.len())
        && hours.bytes().all(|byte| byte.is_ascii_digit())
        && (has_shape(rest, "00") || has_shape(rest, "00:00"))
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let rest = if rest.len() == 2 { format!("{rest}:00") } else { rest.to_owned() };
    let fraction = fraction.trim_end_matches('0');
    let behind = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    is_time.then(|| format!("{sign}{hours}:{rest}{behind}"))
}

/// A moment by the time of UTC.
fn moment(text: &str) -> Option<String> {
    let zone_at = text.get(11..)?.find(['+', '-', 'Z', 'z'])? + 11;
    let (moment, zone) = text.split_at_checked(zone_at)?;
    let zone = match zone.len() {
        3 => format!("{zone}:00"),
        _ => zone.to_ascii_uppercase(),
    };
    let at: jiff::Timestamp = format!("{}{zone}", moment.replacen(' ', "T", 1)).parse().ok()?;
    let utc = at.to_string();
    Some(format!("{}+00", utc.strip_suffix('Z')?.replacen('T', " ", 1)))
}

/// JSON on one line with its properties in order, and numbers as they are written. MySQL and MariaDB's numbers are floating
/// point where they are not whole.
fn compact(product: Product, text: &str) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    let raw = raw.get().trim();
    Some(match raw.as_bytes().first()? {
        b'{' => {
            let properties: BTreeMap<String, &RawValue> = serde_json::from_str(raw).ok()?;
            let one = |(name, value): (String, &RawValue)| {
                Some(format!("{}: {}", serde_json::to_string(&name).ok()?, compact(product, value.get())?))
            };
            format!("{{{}}}", properties.into_iter().map(one).collect::<Option<Vec<_>>>()?.join(", "))
        }
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let one = |value: &RawValue| compact(product, value.get());
            format!("[{}]", values.into_iter().map(one).collect::<Option<Vec<_>>>()?.join(", "))
        }
        b'"' => serde_json::to_string(&serde_json::from_str::<String>(raw).ok()?).ok()?,
        b'-' | b'0'..=b'9' if product == Product::MySql && raw.contains(['.', 'e', 'E']) => {
            raw.parse::<f64>().ok()?.to_string()
        }
        _ => raw.to_owned(),
    })
}

/// The SQL by which a column is read as text without a loss.
pub fn spelled(dialect: &dyn Dialect, schema: &Schema, column: &Column) -> String {
    let name = dialect.quote(&column.name);
    let of_type = domain(dialect.product(), schema, column);
    match (dialect.product(), of_type) {
        // By the time zone of the session otherwise.
        (Product::Postgres, Domain::DateTime(true, ..)) => format!("({name} AT TIME ZONE 'UTC')::text || '+00'"),
        (Product::Postgres, _) => format!("{name}::text"),
        (Product::Sqlite, _) => format!("quote({name})"),
        (Product::MySql | Product::MariaDb, Domain::Bytes(..)) => format!("HEX({name})"),
        // A float is shortened to six digits, unless it is computed with.
        (Product::MySql | Product::MariaDb, Domain::Float(_)) => format!("CAST({name} + 0e0 AS CHAR)"),
        (Product::MySql | Product::MariaDb, Domain::Bits(..)) => format!("CAST({name} + 0 AS CHAR)"),
        (Product::MySql | Product::MariaDb, _) => format!("CAST({name} AS CHAR)"),
    }
}

/// The value of a literal as SQLite's `quote` writes it.
fn literal_of_sqlite(text: &str) -> RowValue {
    let (is_bytes, quoted) = text.strip_prefix('X').map_or((false, text), |digits| (true, digits));
    let tokens = sql::words(Product::Sqlite, quoted);
    match tokens.iter().find_map(|token| token.value(Product::Sqlite.into())) {
        Some(digits) if is_bytes => RowValue::Bytes(digits.to_ascii_lowercase()),
        Some(content) => RowValue::Text(content),
        None => RowValue::Number(text.to_owned()),
    }
}

/// The value that was read by [`spelled`].
pub fn of_database(product: Product, schema: &Schema, column: &Column, text: Option<&str>) -> RowValue {
    let Some(text) = text else { return RowValue::Null };
    let of_type = domain(product, schema, column);
    let value = match (product, &of_type) {
        (Product::Sqlite, _) => match text.as_bytes() {
            b"NULL" => return RowValue::Null,
            _ => literal_of_sqlite(text),
        },
        (Product::MySql | Product::MariaDb, Domain::Bytes(..)) => RowValue::Bytes(text.to_ascii_lowercase()),
        _ => RowValue::Text(text.to_owned()),
    };
    one_spelling(product, schema, column, &value).unwrap_or(value)
}
