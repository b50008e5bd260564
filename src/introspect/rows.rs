//! Reads the reference rows of a database: those that a schema declares, or all rows of a small table.
//!
//! Must not know why they are read.

use std::collections::BTreeMap;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect;
use crate::dialect::rows::{selection, value};
use crate::schema::{Column, Name, Normalized, ObjectName, ReferenceRow, ReferenceRows, Schema, Table};

/// The number of rows that one query asks for by their keys.
const BATCH: usize = 200;

/// The rows of a database that `wanted` declares, with the columns it declares, as far as the tables and columns are there;
/// and rows that only a schema of `also` declares.
///
/// # Errors
/// The database's refusal.
pub async fn reference_rows(
    session: &mut Session,
    schema: &Normalized,
    wanted: &Schema,
    also: &[&Schema],
) -> Result<BTreeMap<ObjectName, ReferenceRows>, DatabaseError> {
    let mut found = BTreeMap::new();
    for table in schema.schema().tables.values() {
        let states = std::iter::once(wanted).chain(also.iter().copied());
        let declared: Vec<&ReferenceRows> =
            states.filter_map(|state| state.tables.get(&table.name)?.rows.as_ref()).collect();
        let Some(first) = declared.first() else { continue };
        let columns: Vec<&Column> = first.columns().filter_map(|name| table.columns.get(name)).collect();
        let has = |name: &Name| columns.iter().any(|column| column.name == *name);
        if !first.key.iter().all(has) {
            continue;
        }
        let rows = declared.iter().flat_map(|rows| &rows.rows);
        let rows: Vec<&ReferenceRow> = rows.filter(|row| first.key.iter().all(|name| row.contains_key(name))).collect();
        let mut all = ReferenceRows { key: first.key.clone(), rows: Vec::new() };
        for rows in rows.chunks(BATCH) {
            let dialect = dialect::of(session.product());
            let sql = selection(dialect, schema.schema(), &table.name, &columns, Some((&first.key, rows)));
            read(session, schema.schema(), &columns, &sql, &mut all).await?;
        }
        all.sort();
        all.rows.dedup();
        if !all.rows.is_empty() {
            found.insert(table.name.clone(), all);
        }
    }
    Ok(found)
}

/// All rows of a table that has no more than this many; `None` if it has more.
///
/// # Errors
/// The database's refusal.
pub async fn all_rows(
    session: &mut Session,
    schema: &Schema,
    table: &Table,
    key: &[Name],
    limit: usize,
) -> Result<Option<ReferenceRows>, DatabaseError> {
    let columns: Vec<&Column> = table.columns.values().filter(|column| column.generated.is_none()).collect();
    let dialect = dialect::of(session.product());
    let sql = format!("{}\nLIMIT {}", selection(dialect, schema, &table.name, &columns, None), limit + 1);
    let mut all = ReferenceRows { key: key.to_vec(), rows: Vec::new() };
    read(session, schema, &columns, &sql, &mut all).await?;
    all.sort();
    Ok((all.rows.len() <= limit).then_some(all))
}

async fn read(
    session: &mut Session,
    schema: &Schema,
    columns: &[&Column],
    sql: &str,
    all: &mut ReferenceRows,
) -> Result<(), DatabaseError> {
    let product = session.product();
    for row in &session.query(sql).await? {
        let values = columns
            .iter()
            .enumerate()
            .map(|(at, column)| (column.name.clone(), value::of_database(product, schema, column, row.get(at))));
        all.rows.push(values.collect());
    }
    Ok(())
}
