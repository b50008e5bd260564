//! Looks at the end whether a column has a value that was not made: one that was there before, or that somebody has written since.
//!
//! Everything is read in one transaction in which nobody else can write. Must not know how values are made or replaced.

use std::collections::HashSet;
use std::fmt;

use sea_gen_runner::Error;
use sea_gen_runner::run::goes_on;
use sea_gen_runner::session::Session;
use serde::Serialize;

use crate::project::AnonymizeRule;
use crate::schema::{ObjectName, Schema};

use super::columns::{Group, Key, Selection};
use super::mapping::maker;
use super::run::stopped;
use super::sql::Sql;
use super::values::is_empty;

/// A column with values that were not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Strange {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many different ones it has.
    pub values: usize,
    /// Whether none of them is an old one, and the table has triggers, which may have made them.
    #[serde(skip)]
    pub(super) may_be_of_trigger: bool,
}

impl fmt::Display for Strange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}.{}`: {}", self.table, self.column, self.values)
    }
}

/// The columns with values that were not made.
///
/// # Errors
/// The database's refusal.
pub(super) async fn remaining(
    session: &mut Session,
    schema: &Schema,
    selection: &Selection,
) -> Result<Vec<Strange>, Error> {
    session.begin().await.map_err(stopped)?;
    let found = read(session, schema, selection).await;
    session.rollback().await.map_err(stopped)?;
    found
}

async fn read(session: &mut Session, schema: &Schema, selection: &Selection) -> Result<Vec<Strange>, Error> {
    let sql = Sql::of(session.product());
    let keys = selection.groups.iter().flat_map(|group| &group.columns);
    let mut tables: Vec<&ObjectName> = keys.map(|(table, _)| table).collect();
    tables.sort();
    tables.dedup();
    if let Some(lock) = sql.lock(&tables) {
        session.execute(&lock).await.map_err(stopped)?;
    }
    let mut found = Vec::new();
    for (group, part) in selection.groups.iter().zip(1..) {
        for key in &group.columns {
            goes_on().map_err(stopped)?;
            found.extend(in_column(session, schema, (group, part), key).await?);
        }
    }
    Ok(found)
}

async fn in_column(
    session: &mut Session,
    schema: &Schema,
    (group, part): (&Group, usize),
    key: &Key,
) -> Result<Option<Strange>, Error> {
    let sql = Sql::of(session.product());
    let Some(table) = schema.tables.get(&key.0) else { return Ok(None) };
    let Some(column) = table.columns.get(&key.1) else { return Ok(None) };
    let strange = |values: usize, may_be_of_trigger: bool| Strange {
        table: key.0.to_string(),
        column: key.1.to_string(),
        values,
        may_be_of_trigger,
    };
    if group.rule == AnonymizeRule::Null {
        let rows = session.query(&sql.locked(&sql.count(key))).await.map_err(stopped)?;
        let count = rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default();
        return Ok((count > 0).then(|| strange(count, false)));
    }
    let (mut old, mut made) = (HashSet::new(), HashSet::new());
    for row in session.query(&sql.made(part, column)).await.map_err(stopped)?.iter() {
        old.insert(row.text(0).to_owned());
        made.insert(row.text(1).to_owned());
    }
    let maker = maker(sql, group, "");
    let is_made = |value: &str| {
        let is_coarse = || group.rule == AnonymizeRule::Generalise && maker.generalise(value) == value;
        is_empty(value) || made.contains(value) || is_coarse()
    };
    let rows = session.query(&sql.locked(&sql.values(key))).await.map_err(stopped)?;
    let others: Vec<&str> = rows.iter().filter_map(|row| row.get(0)).filter(|value| !is_made(value)).collect();
    let is_old = |value: &&str| old.contains(&sql.source_of(value));
    let may_be_of_trigger = !table.triggers.is_empty() && !others.iter().any(is_old);
    Ok((!others.is_empty()).then(|| strange(others.len(), may_be_of_trigger)))
}
