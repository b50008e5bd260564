//! Preflight checks that converted values stay unique where a key or an index requires it.
//!
//! Must not know how values are converted.

use crate::dialect::rows::{KeyValue, RowCheck, RowQuery};
use crate::plan::{Plan, Rename};
use crate::schema::{IndexTarget, Name, Schema, Table};

use super::backfill::Backfill;

/// A check for each key and unique index that holds a converted column: nothing is sent if two rows would get the same values. None
/// for a table that is renamed, or has renamed columns: the expressions have the later names.
pub(super) fn checks(base: &Schema, target: &Schema, plan: &Plan, conversions: &[Backfill]) -> Vec<RowCheck> {
    let is_renamed = |it: &Backfill| {
        plan.renames().any(|rename| match rename {
            Rename::Table(change) => change.to == it.table,
            Rename::Column(table, _) => *table == it.table,
            _ => false,
        })
    };
    let mut found: Vec<RowCheck> = Vec::new();
    for it in conversions.iter().filter(|it| !is_renamed(it)) {
        let (Some(before), Some(after)) = (base.tables.get(&it.table), target.tables.get(&it.table)) else { continue };
        for key in keys(after).into_iter().filter(|key| key.contains(&it.column)) {
            let check = check(before, &key, conversions);
            found.extend(check.filter(|check| !found.iter().any(|known| known.query == check.query)));
        }
    }
    found
}

/// The columns of which no two rows may hold the same.
fn keys(table: &Table) -> Vec<Vec<Name>> {
    let uniques = table.uniques.values().map(|unique| unique.columns.clone());
    let plain = table.indexes.values().filter(|index| index.unique && index.predicate.is_none()).filter_map(|index| {
        let column = |target: &IndexTarget| match target {
            IndexTarget::Column(name) => Some(name.clone()),
            IndexTarget::Expression(_) => None,
        };
        index.parts.iter().map(|part| column(&part.target)).collect::<Option<Vec<Name>>>()
    });
    uniques.chain(plain).collect()
}

/// Counts what would be the same more than once.
fn check(table: &Table, key: &[Name], conversions: &[Backfill]) -> Option<RowCheck> {
    let value = |column: &Name| {
        let converted = conversions.iter().find(|it| it.table == table.name && it.column == *column);
        match converted {
            Some(it) => Some(KeyValue::Expression(it.value.clone())),
            None => table.columns.get(column).map(|column| KeyValue::Column(column.name.clone())),
        }
    };
    let values = key.iter().map(value).collect::<Option<Vec<KeyValue>>>()?;
    let said = key.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("{} would have the same {said} more than once", table.name);
    Some(RowCheck { query: RowQuery::Collisions(table.name.clone(), values), message })
}
