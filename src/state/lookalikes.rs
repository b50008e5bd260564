//! Detects pairs of removed and added objects that may be renames. Only the developer knows, so this produces questions and
//! never answers.
//!
//! Must not know how a question is asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use similar::TextDiff;

use crate::plan::Rename;
use crate::schema::{Change, Column, EnumType, Index, IndexTarget, Name, ObjectName, Schema, Table};

use super::pool::{self, Pool};

/// The similarity, of 100, from which a pair is asked about. Two columns of one type at the same position reach it without
/// similar names; two of different types only with nearly equal names.
const WORTH_ASKING: u8 = 50;

/// A new object that may be a renamed old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The new object.
    #[serde(flatten)]
    pub subject: Subject,
    /// The old objects it may have been, most similar first.
    pub candidates: Vec<Candidate>,
}

/// The subject of a question: an object of the target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Subject {
    /// A table.
    Table {
        /// Its name.
        name: ObjectName,
    },
    /// A column.
    Column {
        /// The table's name, after any renaming.
        table: ObjectName,
        /// The column's name.
        name: Name,
    },
    /// An enum type.
    Enum {
        /// Its name.
        name: ObjectName,
    },
    /// A value of an enum type.
    Value {
        /// The type's name.
        of: ObjectName,
        /// The value.
        name: String,
    },
}

impl Subject {
    /// Its name, as it is written in options: `user`, `user.email`.
    pub fn name(&self) -> String {
        match self {
            Self::Table { name } | Self::Enum { name } => name.to_string(),
            Self::Column { table, name } => format!("{table}.{name}"),
            Self::Value { of, name } => format!("{of}.{name}"),
        }
    }

    /// The name of a candidate as written in options.
    pub fn former(&self, old: &str) -> String {
        match self {
            Self::Table { name } | Self::Enum { name } => {
                ObjectName { schema: name.schema.clone(), name: Name::from(old) }.to_string()
            }
            Self::Column { table, .. } => format!("{table}.{old}"),
            Self::Value { of, .. } => format!("{of}.{old}"),
        }
    }

    /// The rename that an answer amounts to.
    pub fn renamed_from(&self, old: &str) -> Rename {
        let object = |name: &ObjectName| {
            Change::new(ObjectName { schema: name.schema.clone(), name: Name::from(old) }, name.clone())
        };
        match self {
            Self::Table { name } => Rename::Table(object(name)),
            Self::Column { table, name } => Rename::Column(table.clone(), Change::new(Name::from(old), name.clone())),
            Self::Enum { name } => Rename::Enum(object(name)),
            Self::Value { of, name } => Rename::EnumValue(of.clone(), Change::new(old.to_owned(), name.clone())),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table { name } => write!(formatter, "table {name}"),
            Self::Column { table, name } => write!(formatter, "column {table}.{name}"),
            Self::Enum { name } => write!(formatter, "enum {name}"),
            Self::Value { of, name } => write!(formatter, "value {name} of enum {of}"),
        }
    }
}

/// A removed object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name.
    pub from: String,
    /// The similarity of the two, of 100.
    pub likeness: u8,
    /// What they have in common, in words.
    pub because: Vec<String>,
}

/// The questions to answer before one schema may be turned into another, tables first. `base` has the known renames applied.
pub(super) fn questions(base: &Schema, target: &Schema) -> Vec<Question> {
    let mut found = objects(
        base.tables.iter().filter(|(name, _)| !target.tables.contains_key(name)),
        target.tables.iter().filter(|(name, _)| !base.tables.contains_key(name)),
        |name| Subject::Table { name },
        |table| table.columns.keys().map(ToString::to_string).collect(),
        Weights { inside: 80, same: "same columns", similar: "similar columns" },
    );
    found.extend(objects(
        base.enums.iter().filter(|(name, _)| !target.enums.contains_key(name)),
        target.enums.iter().filter(|(name, _)| !base.enums.contains_key(name)),
        |name| Subject::Enum { name },
        |it| it.values.iter().cloned().collect(),
        Weights { inside: 70, same: "same values", similar: "similar values" },
    ));
    for (name, new) in target.tables.shared().filter(|(_, table)| !base.tables.holds(table)) {
        if let Some(old) = base.tables.get(name) {
            found.extend(columns(old, new));
        }
    }
    for (name, new) in &target.enums {
        if let Some(old) = base.enums.get(name) {
            found.extend(values(old, new));
        }
    }
    found
}

/// Tables and enum types: what is in them weighs more than what they are called.
fn objects<'a, T: 'a>(
    gone: impl Iterator<Item = (&'a ObjectName, &'a T)>,
    come: impl Iterator<Item = (&'a ObjectName, &'a T)>,
    subject: impl Fn(ObjectName) -> Subject,
    inside: impl Fn(&T) -> BTreeSet<String>,
    weights: Weights,
) -> Vec<Question> {
    let gone: Vec<_> = gone.map(|(name, object)| (name, inside(object))).collect();
    let traits = |name: &ObjectName, inside: &BTreeSet<String>| {
        let mut traits = pool::of_name(name.name.as_str());
        traits.extend(inside.iter().map(|part| format!("part {part}")));
        traits.push(format!("all {}", inside.iter().map(String::as_str).collect::<Vec<_>>().join(" ")));
        traits
    };
    let pool = Pool::new(gone.iter().map(|(name, inside)| traits(name, inside)));
    come.filter_map(|(name, object)| {
        let inside = inside(object);
        let near = pool.near(traits(name, &inside).into_iter()).into_iter().filter_map(|number| gone.get(number));
        let candidates = near.filter(|(old, _)| old.schema == name.schema).map(|(old, before)| {
            let shared = share(before, &inside);
            let mut traits = Likeness::default();
            traits.add(shared * weights.inside / 100, if shared == 100 { weights.same } else { weights.similar });
            traits.name(&old.name, &name.name, 100 - weights.inside);
            traits.of(old.name.as_str())
        });
        ask(subject(name.clone()), candidates.collect())
    })
    .collect()
}

/// What the inside of an object weighs, of 100, and what is said of it.
struct Weights {
    inside: u32,
    same: &'static str,
    similar: &'static str,
}

fn columns(old: &Table, new: &Table) -> Vec<Question> {
    let gone: Vec<&Column> = old.columns.values().filter(|it| !new.columns.contains_key(&it.name)).collect();
    let come = new.columns.values().filter(|it| !old.columns.contains_key(&it.name));
    let traits = |of: &Table, column: &Column| {
        let place = of.columns.position(&column.name).unwrap_or_default();
        pool::of_name(column.name.as_str()).into_iter().chain([format!("place {place}")]).collect::<Vec<_>>()
    };
    let pool = Pool::new(gone.iter().map(|column| traits(old, column)));
    come.filter_map(|column| {
        let near = pool.near(traits(new, column).into_iter()).into_iter().filter_map(|number| gone.get(number));
        let candidates = near.map(|before| {
            let mut traits = Likeness::default();
            if before.data_type == column.data_type {
                traits.add(40, "same type");
            }
            if old.columns.position(&before.name) == new.columns.position(&column.name) {
                traits.add(10, "same position");
            }
            let facets = |it: &Column| (it.nullable, it.default.clone(), it.identity, it.comment.clone());
            if facets(before) == facets(column) {
                traits.add(10, "same default and nullability");
            }
            if uses(old, &before.name) == uses(new, &column.name) {
                traits.add(10, "in the same keys and indexes");
            }
            traits.name(&before.name, &column.name, 30);
            traits.of(before.name.as_str())
        });
        ask(Subject::Column { table: new.name.clone(), name: column.name.clone() }, candidates.collect())
    })
    .collect()
}

/// What a column is part of, without any names that would follow a rename.
fn uses(table: &Table, column: &Name) -> (bool, usize, Vec<ObjectName>, usize) {
    let indexed = |index: &&Index| index.parts.iter().any(|part| part.target == IndexTarget::Column(column.clone()));
    let keys = table.foreign_keys.values().filter(|key| key.columns.contains(column));
    (
        table.primary_key.as_ref().is_some_and(|key| key.columns.contains(column)),
        table.uniques.values().filter(|unique| unique.columns.contains(column)).count(),
        keys.map(|key| key.references.clone()).collect(),
        table.indexes.values().filter(indexed).count(),
    )
}

fn values(old: &EnumType, new: &EnumType) -> Vec<Question> {
    let (in_old, in_new) = (places(old), places(new));
    let position = |of: &BTreeMap<&str, usize>, value: &str| of.get(value).copied();
    let gone: Vec<&String> = old.values.iter().filter(|value| !in_new.contains_key(value.as_str())).collect();
    let come = new.values.iter().filter(|value| !in_old.contains_key(value.as_str()));
    let traits = |places: &BTreeMap<&str, usize>, value: &str| {
        let place = position(places, value).unwrap_or_default();
        pool::of_name(value).into_iter().chain([format!("place {place}")]).collect::<Vec<_>>()
    };
    let pool = Pool::new(gone.iter().map(|value| traits(&in_old, value)));
    come.filter_map(|value| {
        let near = pool.near(traits(&in_new, value).into_iter()).into_iter().filter_map(|number| gone.get(number));
        let candidates = near.map(|before| {
            let mut traits = Likeness::default();
            if position(&in_old, before) == position(&in_new, value) {
                traits.add(50, "same position");
            }
            traits.name(&Name::from(before.as_str()), &Name::from(value.as_str()), 50);
            traits.of(before)
        });
        ask(Subject::Value { of: new.name.clone(), name: value.clone() }, candidates.collect())
    })
    .collect()
}

/// Where each value of an enum type stands.
fn places(of: &EnumType) -> BTreeMap<&str, usize> {
    of.values.iter().enumerate().map(|(place, value)| (value.as_str(), place)).collect()
}

/// How many candidates a question names: those that are most alike.
const NAMED: usize = 9;

fn ask(subject: Subject, candidates: Vec<Candidate>) -> Option<Question> {
    let mut candidates: Vec<Candidate> = candidates.into_iter().filter(|it| it.likeness >= WORTH_ASKING).collect();
    candidates.sort_by(|a, b| b.likeness.cmp(&a.likeness).then_with(|| a.from.cmp(&b.from)));
    candidates.truncate(NAMED);
    (!candidates.is_empty()).then_some(Question { subject, candidates })
}

/// How much of the larger of two sets is in the other, of 100.
fn share(a: &BTreeSet<String>, b: &BTreeSet<String>) -> u32 {
    let common = u32::try_from(a.intersection(b).count()).unwrap_or_default();
    let all = u32::try_from(a.len().max(b.len())).unwrap_or_default();
    (common * 100).checked_div(all).unwrap_or_default()
}

/// The parts of a likeness, added up.
#[derive(Default)]
struct Likeness {
    sum: u32,
    because: Vec<&'static str>,
}

impl Likeness {
    fn add(&mut self, weight: u32, because: &'static str) {
        if weight > 0 {
            self.sum += weight;
            self.because.push(because);
        }
    }

    fn name(&mut self, old: &Name, new: &Name, weight: u32) {
        let (old, new) = (old.as_str().to_lowercase(), new.as_str().to_lowercase());
        // A ratio is between 0 and 1.
        let alike = (TextDiff::from_chars(old.as_str(), new.as_str()).ratio() * 100.0) as u32;
        let contained = old.contains(&new) || new.contains(&old);
        let alike = if contained { alike.max(60) } else { alike };
        if alike >= 40 {
            self.add(weight * alike / 100, "similar name");
        }
    }

    fn of(self, from: &str) -> Candidate {
        let likeness = u8::try_from(self.sum.min(100)).unwrap_or(100);
        Candidate { from: from.to_owned(), likeness, because: self.because.into_iter().map(str::to_owned).collect() }
    }
}
