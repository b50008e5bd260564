//! What PostgreSQL can be left with after a run although its schema is the expected one.
//!
//! Must not know migrations.

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::{self, Product};
use crate::schema::{ObjectName, Schema};

/// Indexes that were not built to the end, constraints that were not validated, and sequences behind their columns.
pub(super) async fn unfinished(session: &mut Session, schema: &Schema) -> Result<Vec<String>, DatabaseError> {
    let mut warnings = Vec::new();
    let invalid = "SELECT c.relname, t.relname FROM pg_catalog.pg_index i \
                     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
                     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                    WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = current_schema() ORDER BY 1";
    for row in &session.query(invalid).await? {
        let (index, table) = (row.text(0), row.text(1));
        warnings.push(format!(
            "the index `{index}` of `{table}` is invalid: it was not built to the end, so no query uses it: `REINDEX INDEX CONCURRENTLY \"{index}\"`"
        ));
    }
    let unvalidated = "SELECT k.conname, t.relname FROM pg_catalog.pg_constraint k \
                         JOIN pg_catalog.pg_class t ON t.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace \
                        WHERE NOT k.convalidated AND n.nspname = current_schema() ORDER BY 1";
    for row in &session.query(unvalidated).await? {
        let (constraint, table) = (row.text(0), row.text(1));
        warnings.push(format!(
            "the constraint `{constraint}` of `{table}` is not validated: rows from before it may not hold it"
        ));
    }
    // Only where an index finds the maximum at once.
    let counters = "SELECT s.relname, t.relname, a.attname FROM pg_catalog.pg_depend d \
                      JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' \
                      JOIN pg_catalog.pg_class t ON t.oid = d.refobjid \
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid \
                      JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace AND n.oid = s.relnamespace \
                      JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0 \
                     WHERE d.deptype IN ('a', 'i') AND n.nspname = current_schema() \
                       AND EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indkey[0] = a.attnum) \
                     ORDER BY 2, 3";
    let quote = |name: &str| dialect::of(Product::Postgres).quote(&name.into());
    for row in &session.query(counters).await? {
        let (sequence, table, column) = (row.text(0), row.text(1), row.text(2));
        if !schema.tables.contains_key(&ObjectName::local(table)) {
            continue;
        }
        let (from, of, max) = (quote(sequence), quote(table), quote(column));
        let query = format!(
            "SELECT (SELECT max({max}) FROM {of}), last_value + CASE WHEN is_called THEN 1 ELSE 0 END, (SELECT max({max}) FROM {of}) >= last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {from}"
        );
        // A role may use a sequence that it may not read.
        let Ok(found) = session.query(&query).await else { continue };
        if let Some(found) = found.first().filter(|found| found.is_true(2)) {
            let (most, next) = (found.text(0), found.text(1));
            warnings.push(format!(
                "the sequence `{sequence}` gives {next} next, and `{table}.{column}` has values up to {most}: \
                 `SELECT setval('{from}', (SELECT max({max}) FROM {of}))`"
            ));
        }
    }
    Ok(warnings)
}
