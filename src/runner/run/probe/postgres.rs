//! Probes of PostgreSQL: the statements that no transaction block takes.
//!
//! The list is that of `PreventInTransactionBlock` in the server's sources. Must not know the other databases.

use crate::reading::Cursor;
use crate::session::{DatabaseError, Session};
use crate::{Product, Statement, sql};

use super::{Object, Probe};

/// Whether the server refuses the statement inside a transaction block, or may do so: a procedure may commit.
pub(super) fn is_alone(cursor: Cursor<'_>) -> bool {
    read(cursor).is_some()
}

/// The probe of a statement that is alone.
pub(super) fn probe(cursor: Cursor<'_>) -> Probe {
    read(cursor).unwrap_or(Probe::Unknown)
}

fn read(mut cursor: Cursor<'_>) -> Option<Probe> {
    const UPKEEP: [&str; 5] = ["VACUUM", "CLUSTER", "REINDEX", "CHECKPOINT", "DISCARD"];
    const NAMED: [&str; 3] = ["DATABASE", "TABLESPACE", "SUBSCRIPTION"];
    if cursor.take_any(&UPKEEP).is_some() || cursor.take("ALTER SYSTEM") {
        return Some(Probe::Repeatable);
    }
    if cursor.take_any(&["CALL", "DO", "COMMIT PREPARED", "ROLLBACK PREPARED"]).is_some() {
        return Some(Probe::Unknown);
    }
    let object = |kind: &'static str, name: String| Probe::Catalog(vec![Object { kind, name }]);
    match cursor.take_any(&["CREATE", "DROP", "ALTER"])? {
        "CREATE" => {
            cursor.take("UNIQUE");
            if cursor.take("INDEX CONCURRENTLY") {
                cursor.take("IF NOT EXISTS");
                let index = if cursor.is_at("ON") { String::new() } else { cursor.object() };
                let mut on = cursor.after("ON")?;
                on.take("ONLY");
                let table = on.object();
                // An index is in the schema of its table.
                let schema = table.rsplit_once('.').map(|(schema, _)| format!("{schema}.")).unwrap_or_default();
                return Some(match index.as_str() {
                    "" => object("INDEXES", table),
                    index => object("VALID INDEX", format!("{schema}{index}")),
                });
            }
            let kind = cursor.take_any(&NAMED)?;
            Some(object(kind, cursor.name()))
        }
        "DROP" => {
            if cursor.take("INDEX CONCURRENTLY") {
                cursor.take("IF EXISTS");
                return Some(object("INDEX", cursor.object()));
            }
            let kind = cursor.take_any(&NAMED)?;
            cursor.take("IF EXISTS");
            Some(object(kind, cursor.name()))
        }
        _ if cursor.take("TABLE") => {
            let mut detached = cursor.after("DETACH PARTITION")?;
            let partition = detached.object();
            (detached.is_at("CONCURRENTLY") || detached.is_at("FINALIZE")).then(|| object("PARTITION", partition))
        }
        // A setting of what exists.
        _ => cursor.take_any(&NAMED).map(|_| Probe::Repeatable),
    }
}

/// Describes an object; empty if it does not exist. Of a table's indexes only the valid ones count.
pub(super) async fn describe(session: &mut Session, object: &Object) -> Result<String, DatabaseError> {
    let path = object.name.split('.').map(|part| sql::quote(Product::Postgres, part)).collect::<Vec<_>>().join(".");
    let path = sql::literal(Product::Postgres, &path);
    let name = sql::literal(Product::Postgres, &object.name);
    let query = match object.kind {
        "INDEXES" => format!(
            "SELECT string_agg(indexrelid::text, ' ' ORDER BY indexrelid) FROM pg_catalog.pg_index \
              WHERE indisvalid AND indrelid = to_regclass({path})"
        ),
        "VALID INDEX" => {
            format!("SELECT indexrelid FROM pg_catalog.pg_index WHERE indisvalid AND indexrelid = to_regclass({path})")
        }
        "INDEX" => format!("SELECT to_regclass({path})::oid"),
        "PARTITION" => format!("SELECT inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = to_regclass({path})"),
        "DATABASE" => format!("SELECT oid FROM pg_catalog.pg_database WHERE datname = {name}"),
        "TABLESPACE" => format!("SELECT oid FROM pg_catalog.pg_tablespace WHERE spcname = {name}"),
        _ => format!("SELECT oid FROM pg_catalog.pg_subscription WHERE subname = {name}"),
    };
    Ok(session.query(&query).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// The statement that ends a detachment which the server has begun.
pub(super) async fn completion(
    session: &mut Session,
    statement: &Statement,
    objects: &[Object],
) -> Result<Option<String>, DatabaseError> {
    let Some(partition) = objects.iter().find(|object| object.kind == "PARTITION") else { return Ok(None) };
    let path = partition.name.split('.').map(|part| sql::quote(Product::Postgres, part)).collect::<Vec<_>>().join(".");
    let query = format!(
        "SELECT inhdetachpending FROM pg_catalog.pg_inherits WHERE inhrelid = to_regclass({})",
        sql::literal(Product::Postgres, &path)
    );
    let is_pending = session.query(&query).await?.first().is_some_and(|row| row.is_true(0));
    let words = sql::words(Product::Postgres, &statement.sql);
    let last = words.iter().rev().find(|word| word.is_word("CONCURRENTLY")).filter(|_| is_pending);
    Ok(last.and_then(|last| Some(format!("{}FINALIZE", statement.sql.get(..last.start)?))))
}
