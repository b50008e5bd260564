//! New values for old ones: invented, hashed or coarser. The same value, kind and salt give the same result.
//!
//! Must not know columns or databases; a value is the text that the database prints.

use std::net::{IpAddr, Ipv6Addr};

use sea_gen_runner::checksum::sha256;

use crate::schema::PersonalKind;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueClass {
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Decimal,
    /// Days, with a time or without.
    Date,
    /// UUIDs.
    Uuid,
    /// Addresses in a network, in a type of their own.
    Inet,
    /// Anything else: it can only be removed.
    Other,
}

/// How values are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker<'a> {
    pub(super) kind: PersonalKind,
    pub(super) class: ValueClass,
    pub(super) salt: &'a str,
    /// The greatest lengths in characters, one for each set of columns that has one.
    pub(super) longest: &'a [usize],
    /// The greatest numbers, one for each set of columns.
    pub(super) greatest: &'a [i128],
    /// Whether the database takes letters for equal that differ in their case only.
    pub(super) folds: bool,
}

/// Numbers that depend on the salt, the kind, the value and the attempt, and on nothing else.
struct Numbers {
    seed: String,
    block: usize,
    left: Vec<u8>,
}

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        if self.left.len() < 4 {
            self.left = sha256(&format!("{}\n{}", self.seed, self.block)).into_bytes();
            self.block += 1;
        }
        let digits = self.left.split_off(self.left.len().saturating_sub(4));
        let number = digits.iter().fold(0, |sum, digit| sum * 16 + (*digit as char).to_digit(16).unwrap_or_default());
        number % end.max(1)
    }

    fn of<'c>(&mut self, all: &[&'c str]) -> &'c str {
        let at = self.below(u32::try_from(all.len()).unwrap_or(1));
        all.get(at as usize).copied().unwrap_or_default()
    }

    fn vowel(&mut self) -> &'static str {
        self.of(&["a", "e", "i", "o", "u"])
    }

    fn consonant(&mut self) -> &'static str {
        self.of(&["b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z"])
    }

    fn digit(&mut self) -> String {
        self.below(10).to_string()
    }
}

impl Maker<'_> {
    /// The numbers for a value. Letters in another case give the same ones, so that a reference in another case still fits.
    fn numbers(&self, original: &str, attempt: u32) -> Numbers {
        let seed = format!("{}\n{}\n{}\n{attempt}", self.salt, self.kind, original.to_lowercase());
        Numbers { seed, block: 0, left: Vec::new() }
    }

    /// The greatest length of the columns in which a value can be: the least that it has itself at most.
    fn longest(&self, original: &str) -> Option<usize> {
        let length = original.chars().count();
        self.longest.iter().copied().filter(|longest| *longest >= length).min()
    }

    /// The same of numbers.
    fn greatest(&self, original: &str) -> Option<i128> {
        let number = original.parse::<i128>().ok()?.abs();
        self.greatest.iter().copied().filter(|greatest| *greatest >= number).min()
    }

    /// An invented value of the same shape. Later attempts give other ones, and longer ones at last.
    pub(super) fn fake(&self, original: &str, attempt: u32) -> String {
        let mut numbers = self.numbers(original, attempt);
        let longer = (attempt / 16) as usize;
        let longest = self.longest(original);
        let made = match (self.class, self.kind) {
            (ValueClass::Uuid, _) => return uuid(&sha256(&numbers.seed)),
            (ValueClass::Inet, _) => return address(&mut numbers, original),
            (ValueClass::Integer, _) => return integer(&mut numbers, original, longer, self.greatest(original)),
            (_, PersonalKind::Ip) if is_address(original) => address(&mut numbers, original),
            (_, PersonalKind::Email) => return self.email(&mut numbers, original, longer),
            (_, PersonalKind::Phone) => phone(&mut numbers, original),
            (_, PersonalKind::Iban) => account(&mut numbers, original),
            _ => shape(&mut numbers, original),
        };
        let room = longest.map_or(longer, |longest| longest.saturating_sub(made.chars().count()).min(longer));
        let only_digits = made.chars().all(|it| !it.is_alphabetic());
        let more: String =
            (0..room).map(|_| if only_digits { numbers.digit() } else { numbers.vowel().to_owned() }).collect();
        made + &more
    }

    /// A mailbox that no mail reaches: the domain is reserved for examples.
    fn email(&self, numbers: &mut Numbers, original: &str, longer: usize) -> String {
        let local = original.rsplit_once('@').map_or(original, |(local, _)| local);
        let longest = self.longest(original);
        let left = |domain: &str| longest.map_or(64, |longest| longest.saturating_sub(domain.len()));
        let mut domain = numbers.of(&["@example.com", "@example.org", "@example.net"]);
        if left(domain) < 3 {
            domain = "@x.test";
        }
        let room = left(domain);
        if room < 3 || !original.contains('@') {
            return shape(numbers, original);
        }
        let mut made = shape(numbers, local);
        for _ in made.chars().count()..(6 + longer).min(room) {
            let next = numbers.consonant();
            made.push_str(next);
        }
        let made: String = made.chars().take(room).collect();
        format!("{made}{domain}")
    }

    /// The hash of a value with the salt, as many digits as fit.
    pub(super) fn hash(&self, original: &str, attempt: u32) -> String {
        let original = if self.folds { original.to_lowercase() } else { original.to_owned() };
        let digits = sha256(&format!("{}\n{}\n{original}\n{attempt}", self.salt, self.kind));
        match (self.class, self.longest(&original)) {
            (ValueClass::Uuid, _) => uuid(&digits),
            (_, Some(longest)) => digits.chars().take(longest).collect(),
            (_, None) => digits,
        }
    }

    /// A coarser value; of a coarse one the same.
    pub(super) fn generalise(&self, original: &str) -> String {
        match (self.class, self.kind) {
            (ValueClass::Date, _) => day(original),
            (ValueClass::Integer, PersonalKind::Birth) => {
                // A year to its decade, a day to its year; of a time, only the greatest digit.
                match original.len() {
                    4 => zeros_behind(original, 3),
                    8 if is_day(original) => format!("{}0101", original.get(..4).unwrap_or_default()),
                    _ => zeros_behind(original, if original.starts_with('-') { 2 } else { 1 }),
                }
            }
            (ValueClass::Integer, _) => zeros_behind(original, if original.starts_with('-') { 2 } else { 1 }),
            (ValueClass::Decimal, kind) => {
                let point = original.find('.').unwrap_or(original.len());
                zeros_behind(original, point + if kind == PersonalKind::Location { 2 } else { 1 })
            }
            (ValueClass::Inet, _) | (_, PersonalKind::Ip) if is_address(original) => network(original),
            (_, PersonalKind::Birth) => day(original),
            (_, PersonalKind::Postcode) => original
                .chars()
                .enumerate()
                .map(|(at, it)| if at < 2 || !it.is_alphanumeric() { it } else { '0' })
                .collect(),
            _ => original.chars().enumerate().map(|(at, it)| if at == 0 { it } else { '*' }).collect(),
        }
    }
}

/// Whether there is anything in a value that could be told apart.
pub(super) fn is_empty(value: &str) -> bool {
    !value.chars().any(char::is_alphanumeric)
}

/// Vowels for vowels, consonants for consonants, digits for digits, in the same case; everything else stays.
fn shape(numbers: &mut Numbers, original: &str) -> String {
    let mut made = String::with_capacity(original.len());
    for letter in original.chars() {
        let new = match letter {
            it if it.is_numeric() => numbers.digit(),
            it if !it.is_alphabetic() => it.to_string(),
            it if "aeiouyäöüáéíóúàèìòùâêîôûåæø".contains(&*it.to_lowercase().to_string()) => {
                numbers.vowel().to_owned()
            }
            _ => numbers.consonant().to_owned(),
        };
        made.push_str(&if letter.is_uppercase() { new.to_uppercase() } else { new });
    }
    made
}

/// The code of the country stays.
fn phone(numbers: &mut Numbers, original: &str) -> String {
    let kept =
        original.char_indices().nth(if original.starts_with('+') { 3 } else { 0 }).map_or(original.len(), |(at, _)| at);
    let (code, rest) = original.split_at(kept);
    format!("{code}{}", shape(numbers, rest))
}

/// A number of an account or a card whose check digits fit.
fn account(numbers: &mut Numbers, original: &str) -> String {
    let plain: Vec<char> = original.chars().filter(|it| it.is_alphanumeric()).collect();
    let is_iban = plain.len() >= 15
        && plain.iter().take(2).all(char::is_ascii_uppercase)
        && plain.iter().skip(2).take(2).all(char::is_ascii_digit);
    let mut made: Vec<char> = shape(numbers, &plain.iter().collect::<String>()).chars().collect();
    if is_iban {
        // The country stays; the check digits are those of the rest.
        made.splice(..4, plain.iter().take(2).copied().chain(['0', '0']));
        let rest = 98 - remainder(made.iter().skip(4).chain(made.iter().take(4)));
        made.splice(2..4, format!("{rest:02}").chars());
    } else if made.len() >= 12 && made.iter().all(char::is_ascii_digit) {
        made.pop();
        made.extend(char::from_digit(luhn(&made), 10));
    }
    let mut made = made.into_iter();
    original.chars().map(|it| if it.is_alphanumeric() { made.next().unwrap_or(it) } else { it }).collect()
}

/// The remainder by 97 of digits and letters, a letter counting as a number from 10.
fn remainder<'c>(all: impl Iterator<Item = &'c char>) -> u32 {
    all.filter_map(|it| it.to_digit(36)).fold(0, |sum, value| (sum * if value > 9 { 100 } else { 10 } + value) % 97)
}

/// The check digit behind digits.
fn luhn(digits: &[char]) -> u32 {
    let values = digits.iter().rev().filter_map(|it| it.to_digit(10)).enumerate();
    let sum: u32 = values.map(|(at, it)| if at % 2 == 0 { it * 2 / 10 + it * 2 % 10 } else { it }).sum();
    (10 - sum % 10) % 10
}

/// A number with as many digits, of which the first is no greater, so that it fits wherever the original did; none beyond the greatest.
fn integer(numbers: &mut Numbers, original: &str, longer: usize, greatest: Option<i128>) -> String {
    let (sign, digits) = original.split_at(usize::from(original.starts_with('-')));
    let first = digits.chars().next().and_then(|it| it.to_digit(10)).unwrap_or(1);
    let length = digits.len() + if digits.len() < 9 { longer.min(9 - digits.len()) } else { 0 };
    let begin =
        if length > digits.len() || length == 1 { 1 + numbers.below(9) } else { 1 + numbers.below(first.max(2) - 1) };
    let rest: String = (1..length).map(|_| numbers.digit()).collect();
    let made = format!("{begin}{rest}");
    match (made.parse::<i128>(), greatest) {
        (Ok(number), Some(greatest)) if number > greatest => format!("{sign}{}", within(number, length, greatest)),
        _ => format!("{sign}{made}"),
    }
}

/// A number up to the greatest instead of one beyond it, with as many digits if there are such.
fn within(number: i128, length: usize, greatest: i128) -> i128 {
    let least = u32::try_from(length - 1).ok().and_then(|zeros| 10_i128.checked_pow(zeros));
    let least = least.filter(|least| *least <= greatest).unwrap_or(1);
    least + number % (greatest - least + 1).max(1)
}

fn uuid(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// An address and the rest behind it: the length of a prefix.
fn split(address: &str) -> (&str, &str) {
    address.split_at(address.find('/').unwrap_or(address.len()))
}

fn is_address(text: &str) -> bool {
    split(text).0.parse::<IpAddr>().is_ok()
}

/// An address of a private network.
fn address(numbers: &mut Numbers, original: &str) -> String {
    let (address, prefix) = split(original);
    let mut byte = || numbers.below(256);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => {
            let parts: [u16; 7] = std::array::from_fn(|_| u16::try_from(byte() * 256 + byte()).unwrap_or_default());
            let [a, b, c, d, e, f, g] = parts;
            format!("{}{prefix}", Ipv6Addr::new(0xfd00, a, b, c, d, e, f, g))
        }
        Ok(IpAddr::V4(_)) | Err(_) => format!("10.{}.{}.{}{prefix}", byte(), byte(), byte()),
    }
}

/// The network of an address.
fn network(original: &str) -> String {
    let (address, prefix) = split(original);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(it)) => {
            let [a, b, c, _] = it.octets();
            format!("{a}.{b}.{c}.0{prefix}")
        }
        Ok(IpAddr::V6(it)) => {
            let [a, b, c, ..] = it.segments();
            format!("{}{prefix}", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
        Err(_) => original.to_owned(),
    }
}

/// Zeros instead of the digits behind this many bytes.
fn zeros_behind(text: &str, kept: usize) -> String {
    text.char_indices().map(|(at, it)| if at >= kept && it.is_ascii_digit() { '0' } else { it }).collect()
}

/// Whether digits are a day, such as `19800517`.
fn is_day(digits: &str) -> bool {
    let is_in = |from: usize, to: usize, range: std::ops::RangeInclusive<u32>| {
        digits.get(from..to).and_then(|part| part.parse().ok()).is_some_and(|number| range.contains(&number))
    };
    is_in(0, 4, 1800..=2200) && is_in(4, 6, 1..=12) && is_in(6, 8, 1..=31)
}

/// The first day of the year, at midnight; in another form of a day, only the year.
fn day(original: &str) -> String {
    let is_iso = |text: &str| {
        let mut parts = text.splitn(3, '-');
        let mut is = |length: usize| {
            parts.next().is_some_and(|it| it.len() == length && it.bytes().all(|byte| byte.is_ascii_digit()))
        };
        is(4) && is(2) && is(2)
    };
    match original.get(..10) {
        Some(date) if is_iso(date) => {
            let (year, rest) = original.split_at(4);
            let rest = rest.get(6..).unwrap_or_default();
            format!("{year}-01-01{}", zeros_behind(rest, 0))
        }
        _ => {
            let digits = |at: usize| original.get(at..at + 4).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
            let year = (0..original.len()).find(|at| digits(*at).is_some());
            original
                .char_indices()
                .map(|(at, it)| {
                    let is_of_year = year.is_some_and(|year| (year..year + 4).contains(&at));
                    if it.is_ascii_digit() && !is_of_year { '0' } else { it }
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(kind: PersonalKind, class: ValueClass, longest: &[usize]) -> Maker<'_> {
        Maker { kind, class, salt: "salt", longest, greatest: &[], folds: false }
    }

    #[test]
    fn an_invented_value_has_the_shape_of_the_old_one() {
        let fake = |kind, class, text: &str| maker(kind, class, &[40]).fake(text, 0);
        let name = fake(PersonalKind::Name, ValueClass::Text, "Anna-Lena Müller 3");
        assert_eq!(
            name.chars().map(|it| it.is_uppercase()).collect::<Vec<_>>(),
            "Anna-Lena Müller 3".chars().map(|it| it.is_uppercase()).collect::<Vec<_>>()
        );
        assert!(name.chars().nth(4) == Some('-') && name.ends_with(|it: char| it.is_ascii_digit()), "{name}");
        assert_eq!(name, fake(PersonalKind::Name, ValueClass::Text, "Anna-Lena Müller 3"));
        assert_eq!(name.to_lowercase(), fake(PersonalKind::Name, ValueClass::Text, "anna-lena müller 3"));
        let email = fake(PersonalKind::Email, ValueClass::Text, "Anna.Smith@corp.com");
        assert!(email.contains("@example.") && email.contains('.'), "{email}");
        let short = maker(PersonalKind::Email, ValueClass::Text, &[14]).fake("anna@corp.com", 0);
        assert!(short.len() <= 14 && short.ends_with("@x.test"), "{short}");
        let phone = fake(PersonalKind::Phone, ValueClass::Text, "+49 (170) 123-4567");
        assert!(phone.starts_with("+49 (") && phone.len() == 18, "{phone}");
        let uuid = fake(PersonalKind::Identity, ValueClass::Uuid, "x");
        assert_eq!(uuid.len(), 36, "{uuid}");
        for number in ["1", "42", "2147483647", "-32768", "9223372036854775807"] {
            let made = fake(PersonalKind::Identity, ValueClass::Integer, number);
            assert_eq!(made.len(), number.len(), "{made}");
            assert!(number.len() < 10 || made.parse::<i64>().unwrap() <= number.parse::<i64>().unwrap(), "{made}");
        }
        let iban = fake(PersonalKind::Iban, ValueClass::Text, "DE89 3704 0044 0532 0130 00");
        let plain: Vec<char> = iban.chars().filter(|it| *it != ' ').collect();
        assert_eq!(remainder(plain.iter().skip(4).chain(plain.iter().take(4))), 1, "{iban}");
        let card: Vec<char> = fake(PersonalKind::Iban, ValueClass::Text, "4111111111111111").chars().collect();
        assert_eq!(card.last().and_then(|it| it.to_digit(10)), Some(luhn(&card[..15])));
        assert!(fake(PersonalKind::Ip, ValueClass::Inet, "8.8.8.8").starts_with("10."));
        assert!(fake(PersonalKind::Ip, ValueClass::Text, "2001:db8::1").starts_with("fd00:"));
    }

    #[test]
    fn an_invented_number_fits_into_the_smallest_column_that_has_the_old_one() {
        let made = |greatest: &[i128], number: &str, attempt| -> i128 {
            let maker = Maker { greatest, ..maker(PersonalKind::Identity, ValueClass::Integer, &[]) };
            maker.fake(number, attempt).parse().unwrap()
        };
        for attempt in 0..400 {
            for (greatest, number) in
                [(127, "127"), (127, "7"), (255, "199"), (32767, "-17"), (u64::MAX.into(), "18446744073709551615")]
            {
                let made = made(&[greatest, i128::MAX], number, attempt);
                assert!((1..=greatest).contains(&made.abs()), "{made} for {number}, at most {greatest}");
            }
        }
        let many: std::collections::BTreeSet<i128> =
            (0..400).map(|attempt| made(&[127, 2147483647], "4000000", attempt)).collect();
        assert!(many.len() > 300 && many.iter().all(|made| *made >= 1_000_000), "{many:?}");
        assert!(
            (0..400).map(|attempt| made(&[127], "7", attempt)).collect::<std::collections::BTreeSet<i128>>().len() > 90
        );
    }

    #[test]
    fn a_hash_is_as_long_as_the_smallest_column_takes_that_has_the_old_value() {
        let maker = maker(PersonalKind::Secret, ValueClass::Text, &[4, 32]);
        assert_eq!(["1234", "12345", &"1".repeat(33)].map(|it| maker.hash(it, 0).len()), [4, 32, 64]);
    }

    #[test]
    fn a_coarser_value_stays_as_it_is() {
        for (kind, class, old, new) in [
            (PersonalKind::Birth, ValueClass::Date, "1980-05-17", "1980-01-01"),
            (PersonalKind::Birth, ValueClass::Date, "1980-05-17 12:30:01+02", "1980-01-01 00:00:00+00"),
            (PersonalKind::Birth, ValueClass::Text, "17.05.1980", "00.00.1980"),
            (PersonalKind::Birth, ValueClass::Integer, "1987", "1980"),
            (PersonalKind::Identity, ValueClass::Integer, "-4711", "-4000"),
            (PersonalKind::Location, ValueClass::Decimal, "52.520008", "52.500000"),
            (PersonalKind::Ip, ValueClass::Text, "192.168.7.9", "192.168.7.0"),
            (PersonalKind::Ip, ValueClass::Inet, "2001:db8:1:2::3", "2001:db8:1::"),
            (PersonalKind::Postcode, ValueClass::Text, "SW1A 1AA", "SW00 000"),
            (PersonalKind::Name, ValueClass::Text, "Anna", "A***"),
        ] {
            let maker = maker(kind, class, &[]);
            assert_eq!(maker.generalise(old), new);
            assert_eq!(maker.generalise(new), new);
        }
    }
}
