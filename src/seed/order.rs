//! The order in which tables are filled: referenced tables first; cycles are broken at nullable columns.
//!
//! Must not know rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Product;
use crate::schema::{ForeignKey, Name, ObjectName, Schema, Table};

/// One table in the fill order.
#[derive(Clone, Debug)]
pub(super) struct FillStep {
    pub(super) table: ObjectName,
    /// Foreign keys to tables filled later whose columns are NULL until then.
    pub(super) later: BTreeSet<Name>,
    /// Foreign keys to tables filled later whose columns cannot be NULL.
    pub(super) deferred: BTreeSet<Name>,
}

/// Whether a row may have NULL in a foreign key.
pub(super) fn is_optional(table: &Table, key: &ForeignKey) -> bool {
    key.columns.iter().any(|column| {
        let is_key = table.primary_key.as_ref().is_some_and(|primary| primary.columns.contains(column));
        !is_key && table.columns.get(column).is_some_and(|column| column.nullable)
    })
}

/// The requested tables, each after the tables it references where possible.
pub(super) fn order(schema: &Schema, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<FillStep> {
    let mut left: Vec<&Table> = schema.tables.values().filter(|table| wanted(&table.name)).collect();
    let mut waiting: BTreeSet<&ObjectName> = left.iter().map(|table| &table.name).collect();
    let mut turns = Vec::new();
    let filled_by = filled_by_triggers(&left);
    while !left.is_empty() {
        // Tables without open references come first, then those whose open references are nullable, then the first by name.
        let open = |table: &Table, required: bool| {
            let by_trigger = filled_by.get(&table.name).is_some_and(|by| by.iter().any(|name| waiting.contains(name)));
            (by_trigger && !required)
                || table.foreign_keys.values().any(|key| {
                    key.references != table.name
                        && waiting.contains(&key.references)
                        && !(required && is_optional(table, key))
                })
        };
        let mut ready: BTreeSet<&ObjectName> =
            left.iter().filter(|table| !open(table, false)).map(|table| &table.name).collect();
        if ready.is_empty() {
            let next =
                left.iter().find(|table| !open(table, true)).copied().or_else(|| in_a_circle(schema, &left, &waiting));
            ready.extend(next.map(|table| &table.name));
        }
        for table in left.iter().filter(|table| ready.contains(&table.name)) {
            let mut step = FillStep { table: table.name.clone(), later: BTreeSet::new(), deferred: BTreeSet::new() };
            for key in table.foreign_keys.values() {
                if key.references != table.name && waiting.contains(&key.references) && !ready.contains(&key.references)
                {
                    let list = if is_optional(table, key) { &mut step.later } else { &mut step.deferred };
                    list.insert(key.name.clone());
                }
            }
            turns.push(step);
        }
        left.retain(|table| !ready.contains(&table.name));
        waiting.retain(|name| !ready.contains(name));
    }
    turns
}

/// A table that references itself indirectly: following required references for long enough leads to one.
fn in_a_circle<'a>(schema: &'a Schema, left: &[&'a Table], waiting: &BTreeSet<&ObjectName>) -> Option<&'a Table> {
    let mut table = *left.first()?;
    for _ in 0..left.len() {
        let mut keys = table.foreign_keys.values();
        let next = keys
            .find(|key| key.references != table.name && waiting.contains(&key.references) && !is_optional(table, key));
        let Some(next) = next.and_then(|key| schema.tables.get(&key.references)) else { break };
        table = next;
    }
    Some(table)
}

/// Tables that triggers of other tables name, by those tables: the triggers may fill them, so they are filled later.
fn filled_by_triggers<'a>(tables: &[&'a Table]) -> BTreeMap<&'a ObjectName, BTreeSet<&'a ObjectName>> {
    let mut found: BTreeMap<&ObjectName, BTreeSet<&ObjectName>> = BTreeMap::new();
    for table in tables.iter().filter(|table| !table.triggers.is_empty()) {
        let texts = table.triggers.values().map(|trigger| trigger.definition.text().to_lowercase());
        let words: BTreeSet<String> = texts
            .flat_map(|text| {
                text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        let named = tables.iter().filter(|other| words.contains(&other.name.name.as_str().to_lowercase()));
        for other in named.filter(|other| other.name != table.name) {
            found.entry(&other.name).or_default().insert(&table.name);
        }
    }
    found
}

/// A foreign key that can neither be NULL temporarily nor be deferred to the end of the transaction.
pub(super) fn impossible<'a>(product: Product, table: &Table, step: &'a FillStep) -> Option<&'a Name> {
    step.deferred.iter().find(|name| {
        product == Product::Postgres
            && !table.foreign_keys.get(*name).is_some_and(|key| key.options.contains_key("deferrable"))
    })
}
