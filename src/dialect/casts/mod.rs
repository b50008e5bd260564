//! Casts: whether the values of a column survive a change of its type. Each dialect has a cast table by type families
//! (`casts.rs` in its folder); the common rules are here.
//!
//! A value survives if it is the same after the type is changed and changed back. `tests/it/casts.rs` compares the
//! tables with the servers. Must not know why a type changes, or who uses it.

mod family;

use crate::plan::cast::{Grade, Types};
use crate::schema::{Change, Column, Literal, Name, ObjectName, Options, Schema, Table, Type};

use super::Dialect;
use super::domain::tens;

pub use family::{Family, family};

/// Grades a change of a column's type. `column` is the current name of the column, quoted.
pub fn grade(dialect: &dyn Dialect, column: &str, from: (&Schema, &Type), to: (&Schema, &Type)) -> Grade {
    let product = dialect.product();
    let (old, new) = (family(product, from.0, from.1), family(product, to.0, to.1));
    if old == new { Grade::Keeps } else { dialect.grade(column, &old, &new) }
}

/// A type as written in a statement, as the catalog would report it.
pub(super) fn native(dialect: &dyn Dialect, words: &str) -> Option<Type> {
    let mut table = Table::new(ObjectName::local("t"));
    table.columns.insert(Column::new("c", Type::Custom(words.to_owned())));
    let schema = Schema { tables: [(table.name.clone(), table)].into(), ..Schema::default() };
    let normalized = dialect.normalize(schema).ok()?;
    let table = normalized.schema().tables.values().next()?;
    table.columns.values().next().map(|column| column.data_type.clone())
}

/// The types of two schemas of one product.
pub struct Casts<'a> {
    /// The product.
    pub dialect: &'a dyn Dialect,
    /// The schema before.
    pub from: &'a Schema,
    /// The schema afterwards.
    pub to: &'a Schema,
}

impl Types for Casts<'_> {
    fn grade(&self, change: &Change<Column>) -> Grade {
        let (from, to) = (&change.from, &change.to);
        match from.data_type == to.data_type || from.generated.is_some() || to.generated.is_some() {
            true => Grade::Keeps,
            false => {
                let column = self.dialect.quote(&from.name);
                grade(self.dialect, &column, (self.from, &from.data_type), (self.to, &to.data_type))
            }
        }
    }

    fn removed(&self, change: &Change<Column>) -> Vec<String> {
        // An enum type that keeps its name is changed by itself, not with every column of it.
        if change.from.data_type == change.to.data_type {
            return Vec::new();
        }
        let of = |schema, column: &Column| family(self.dialect.product(), schema, &column.data_type);
        match (of(self.from, &change.from), of(self.to, &change.to)) {
            (Family::Choice(before), Family::Choice(after)) => {
                before.into_iter().filter(|value| !after.contains(value)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn read(&self, words: &str) -> Option<Type> {
        let read = native(self.dialect, words)?;
        let is_known = !matches!(family(self.dialect.product(), self.to, &read), Family::Other(_));
        is_known.then_some(read)
    }

    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name> {
        self.dialect.dropped_partitions(change)
    }

    fn can_refer(&self, column: &Type, key: &Type) -> bool {
        let of = |data_type| family(self.dialect.product(), self.to, data_type);
        match (of(column), of(key)) {
            (Family::Text { .. }, Family::Text { .. }) | (Family::Bytes { .. }, Family::Bytes { .. }) => true,
            (column, key) => column == key,
        }
    }
}

/// Grades a cast between integers, decimals and floating point, as far as all products agree.
pub(super) fn numbers(column: &str, from: &Family, to: &Family) -> Option<Grade> {
    let fractions = "has fractions, or values that are too large";
    Some(match (from, to) {
        (Family::Integer { min, max }, Family::Integer { min: low, max: high }) => match low > min || high < max {
            true => Grade::lost(format!("{column} NOT BETWEEN {low} AND {high}"), beyond(*low, *high)),
            false => Grade::Keeps,
        },
        (Family::Integer { .. } | Family::Decimal(_) | Family::Float(_), Family::Boolean) => {
            Grade::lost(format!("{column} NOT IN (0, 1)"), "has values other than 0 and 1")
        }
        (Family::Integer { .. } | Family::Decimal(_), Family::Decimal(None)) => Grade::Keeps,
        (Family::Integer { max, .. }, Family::Decimal(Some((precision, scale)))) => {
            let digits = precision.saturating_sub(*scale);
            let most = tens(digits);
            match *max > most {
                true => Grade::lost(
                    format!("{column} NOT BETWEEN -{most} AND {most}"),
                    format!("has more than {digits} digits"),
                ),
                false => Grade::Keeps,
            }
        }
        (Family::Decimal(Some((precision, scale))), Family::Decimal(Some((digits, behind))))
            if digits.saturating_sub(*behind) >= precision.saturating_sub(*scale) && behind >= scale =>
        {
            Grade::Keeps
        }
        (Family::Decimal(_), Family::Decimal(Some((digits, behind)))) => {
            let before = digits.saturating_sub(*behind);
            Grade::lost(
                format!("abs({column}) >= 1{} OR {column} <> round({column}, {behind})", zeros(before)),
                format!("has values with more than {before} integer or {behind} fractional digits"),
            )
        }
        (Family::Decimal(_), Family::Integer { min, max }) => {
            Grade::lost(format!("{column} NOT BETWEEN {min} AND {max} OR {column} <> round({column}, 0)"), fractions)
        }
        (Family::Float(_), Family::Integer { min, max }) => {
            Grade::lost(format!("{column} NOT BETWEEN {min} AND {max} OR {column} <> floor({column})"), fractions)
        }
        (Family::Float(24), Family::Float(53)) => Grade::Keeps,
        _ => return None,
    })
}

/// The removed values of an enum type.
pub(super) fn choices(dialect: &dyn Dialect, text: &str, before: &[String], after: &[String]) -> Grade {
    let gone: Vec<&String> = before.iter().filter(|value| !after.contains(value)).collect();
    if gone.is_empty() {
        return Grade::Keeps;
    }
    let words: Vec<&str> = gone.iter().map(|it| it.as_str()).collect();
    Grade::lost(format!("{text} IN ({})", listed(dialect, gone)), format!("is {} in some rows", words.join(" or ")))
}

/// Texts that are not values of an enum type.
pub(super) fn chosen(dialect: &dyn Dialect, text: &str, values: &[String]) -> Grade {
    Grade::lost(
        format!("{text} NOT IN ({})", listed(dialect, values)),
        format!("has values other than {}", values.join(", ")),
    )
}

fn listed<'a>(dialect: &dyn Dialect, values: impl IntoIterator<Item = &'a String>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|it| dialect.literal(&Literal::Text(it.clone()))).collect();
    quoted.join(", ")
}

/// Texts that exceed the limit; `text` is the value as text, `length` the function that measures it.
pub(super) fn longer(length: &str, text: &str, limit: u64, unit: &str) -> Grade {
    Grade::lost(format!("{length}({text}) > {limit}"), format!("has values of more than {limit} {unit}"))
}

/// The maximum length of a value of a family as text, in characters; `None` if unlimited.
pub(super) fn width(family: &Family) -> Option<u64> {
    Some(match family {
        Family::Integer { .. } => 20,
        Family::Decimal(room) => u64::from((*room)?.0) + 3,
        Family::Float(_) => 30,
        Family::Boolean => 5,
        Family::Text { characters, bytes, .. } => match (characters, bytes) {
            (Some(characters), _) => u64::from(*characters),
            (None, bytes) => (*bytes)?,
        },
        Family::Date => 10,
        Family::Time(_) => 20,
        Family::Moment { .. } => 32,
        Family::Year => 4,
        Family::Uuid => 36,
        Family::Choice(values) => values.iter().map(|value| value.chars().count() as u64).max()?,
        Family::Bits(..)
        | Family::Bytes { .. }
        | Family::Json(_)
        | Family::Set(_)
        | Family::Array(_)
        | Family::Other(_) => {
            return None;
        }
    })
}

/// Whether the text of every value of a family fits; a character has at most four bytes.
pub(super) fn fits(family: &Family, characters: Option<u32>, bytes: Option<u64>) -> bool {
    let (width, size) = match family {
        Family::Text { characters: None, bytes, .. } => (*bytes, *bytes),
        other => (width(other), width(other).map(|width| width * 4)),
    };
    let within = |most: Option<u64>, limit: u64| most.is_some_and(|most| most <= limit);
    characters.is_none_or(|limit| within(width, limit.into())) && bytes.is_none_or(|limit| within(size, limit))
}

pub(super) fn beyond(low: i128, high: i128) -> String {
    format!("has values beyond {low} and {high}")
}

pub(super) fn zeros(count: u32) -> String {
    "0".repeat(count as usize)
}
