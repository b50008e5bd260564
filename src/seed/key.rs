//! Keys: the columns or expressions whose values must be unique in a table, and the values in use.
//!
//! Must not know how values are drawn.

use std::collections::BTreeSet;

use crate::dialect::Product;
use crate::schema::{IndexTarget, Name, Options, Table};

use super::Value;
use super::rule::{CheckRule, Scalar};

/// One part of a key.
enum KeyColumn {
    /// A column, with the number of characters that count if not all do.
    Column(Name, Option<usize>),
    /// An expression, as far as it could be parsed.
    Expression(CheckRule),
}

/// A primary key, a unique constraint or a unique index.
pub(super) struct Key {
    parts: Vec<KeyColumn>,
    predicate: Option<CheckRule>,
    nulls_differ: bool,
    seen: BTreeSet<String>,
}

impl Key {
    fn columns<'a>(columns: impl IntoIterator<Item = &'a Name>, options: &Options) -> Self {
        Self {
            parts: columns.into_iter().map(|column| KeyColumn::Column(column.clone(), None)).collect(),
            predicate: None,
            nulls_differ: !options.contains_key("nulls_not_distinct"),
            seen: BTreeSet::new(),
        }
    }

    /// Every key of a table. One with a part that could not be parsed is left to the database.
    pub(super) fn of(product: Product, table: &Table) -> Vec<Self> {
        let mut keys = Vec::new();
        if let Some(primary) = &table.primary_key {
            keys.push(Self::columns(&primary.columns, &Options::new()));
        }
        keys.extend(table.uniques.values().map(|unique| Self::columns(&unique.columns, &unique.options)));
        for index in table.indexes.values().filter(|index| index.unique) {
            let parts: Option<Vec<KeyColumn>> = index
                .parts
                .iter()
                .map(|part| match &part.target {
                    IndexTarget::Column(name) => {
                        let prefix = part.options.get("prefix").and_then(|count| count.parse().ok());
                        Some(KeyColumn::Column(name.clone(), prefix))
                    }
                    IndexTarget::Expression(expression) => {
                        CheckRule::read(product, expression.text()).map(KeyColumn::Expression)
                    }
                })
                .collect();
            let Some(parts) = parts else { continue };
            // A predicate that could not be parsed is taken as true: too few rows are better than duplicates.
            let predicate = index.predicate.as_ref().and_then(|predicate| CheckRule::read(product, predicate.text()));
            let nulls_differ = !index.options.contains_key("nulls_not_distinct");
            keys.push(Self { parts, predicate, nulls_differ, seen: BTreeSet::new() });
        }
        keys
    }

    /// The columns it is made of.
    pub(super) fn members(&self) -> impl Iterator<Item = &Name> {
        self.parts.iter().filter_map(|part| match part {
            KeyColumn::Column(name, _) => Some(name),
            KeyColumn::Expression(_) => None,
        })
    }

    /// Whether it is on a single column.
    pub(super) fn is_single(&self) -> bool {
        self.parts.len() == 1
    }

    /// The key's values of the row; `None` if the key does not cover it.
    fn print(&self, row: &dyn Fn(&str) -> Option<Value>) -> Option<String> {
        let scalars = |name: &str| row(name).and_then(|value| Scalar::of(&value));
        if let Some(predicate) = &self.predicate
            && predicate.is_true(&scalars) == Some(false)
        {
            return None;
        }
        let mut text = String::new();
        for part in &self.parts {
            let (is_null, key) = match part {
                KeyColumn::Column(name, prefix) => {
                    let value = match (row(name.as_str())?, prefix) {
                        (Value::Text(text), Some(prefix)) => Value::Text(text.chars().take(*prefix).collect()),
                        (value, _) => value,
                    };
                    (value.is_null(), value.key())
                }
                KeyColumn::Expression(rule) => match rule.value(&scalars)? {
                    Scalar::Null => (true, String::new()),
                    Scalar::Number(number) => (false, number.to_string()),
                    Scalar::Text(text) => (false, text.to_lowercase()),
                    Scalar::Boolean(truth) => (false, truth.to_string()),
                },
            };
            if is_null && self.nulls_differ {
                return None;
            }
            text.push_str(&key);
            text.push('\0');
        }
        Some(text)
    }

    /// Whether the row may be added.
    pub(super) fn admits(&self, row: &dyn Fn(&str) -> Option<Value>) -> bool {
        self.print(row).is_none_or(|print| !self.seen.contains(&print))
    }

    /// Records a row.
    pub(super) fn remember(&mut self, row: &dyn Fn(&str) -> Option<Value>) {
        if let Some(print) = self.print(row) {
            self.seen.insert(print);
        }
    }
}
