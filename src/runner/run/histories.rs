//! The histories of many schemas (PostgreSQL) or databases (MySQL and MariaDB) of one server, read by a few queries: most of them are
//! equal, so the server sends a digest of each, and one of each kind is read.
//!
//! Must not know whose they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::session::{DatabaseError, Rows, Session};
use crate::{Error, ErrorKind, Product, Result, sql};

use super::history::Record;
use super::table::Table;

/// How many histories one query reads: each takes a few of the server's locks for as long as it runs.
const AT_ONCE: usize = 250;

/// The histories in these schemas or databases, in their order, each oldest first; equal ones are one value. Where there is no history
/// table there is no history.
///
/// # Errors
/// The catalog cannot be read. Each by itself: it does not exist, or its history may not be read.
pub async fn histories(session: &mut Session, names: &[&str]) -> Result<Vec<Result<Arc<Vec<Record>>>>> {
    let refused = |error| Error::new("the histories could not be looked up").of(ErrorKind::Database).because(error);
    if matches!(session.product(), Product::MySql | Product::MariaDb) {
        session.execute("SET SESSION group_concat_max_len = 16777216").await.map_err(refused)?;
    }
    let mut found = Vec::new();
    let mut kinds: BTreeMap<String, Arc<Vec<Record>>> = BTreeMap::new();
    let none: Arc<Vec<Record>> = Arc::default();
    for names in names.chunks(AT_ONCE) {
        let tables = located(session, names).await.map_err(refused)?;
        let there: Vec<&Table> = tables.iter().filter_map(|it| it.as_ref().ok()).filter(|it| it.exists()).collect();
        let digests = match digests(session, &there).await {
            Ok(rows) => (0..there.len()).map(|at| Ok(digest(&rows, at))).collect(),
            // One of them is the reason, and the others are read without it.
            Err(_) => each_digest(session, &there).await,
        };
        let mut digests = digests.into_iter();
        for table in tables {
            found.push(match table {
                Err(error) => Err(error),
                Ok(table) if !table.exists() => Ok(Arc::clone(&none)),
                Ok(table) => match digests.next().transpose() {
                    Err(error) => Err(table.unreadable(&error)),
                    Ok(digest) => {
                        let digest = digest.unwrap_or_default();
                        match kinds.get(&digest) {
                            Some(kind) => Ok(Arc::clone(kind)),
                            None => table.read(session).await.map(|records| {
                                let records = Arc::new(records);
                                kinds.insert(digest, Arc::clone(&records));
                                records
                            }),
                        }
                    }
                },
            });
        }
    }
    Ok(found)
}

/// The history table of each schema or database, or why there can be none.
async fn located(session: &mut Session, names: &[&str]) -> Result<Vec<Result<Table>>, DatabaseError> {
    let (product, table) = (session.product(), session.history_table().to_owned());
    let search_path = match product {
        Product::Postgres => session.query("SELECT current_setting('search_path')").await?,
        Product::MySql | Product::MariaDb | Product::Sqlite => Rows::default(),
    };
    let search_path = search_path.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
    let listed: Vec<String> = names.iter().map(|name| sql::literal(product, name)).collect();
    let (listed, quoted) = (listed.join(", "), sql::literal(product, &table));
    let sql = match product {
        Product::Postgres => format!(
            "SELECT n.nspname, pg_catalog.has_schema_privilege(n.oid, 'USAGE'), \
                    coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true), \
                    (SELECT string_agg(a.attname, ' ') FROM pg_catalog.pg_attribute a \
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
               FROM pg_catalog.pg_namespace n \
               LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = {quoted} \
              WHERE n.nspname IN ({listed})"
        ),
        Product::MySql | Product::MariaDb => format!(
            "SELECT s.schema_name, 1, 1, c.named FROM information_schema.schemata s LEFT JOIN \
               (SELECT table_schema, GROUP_CONCAT(column_name SEPARATOR ' ') AS named FROM information_schema.columns \
                 WHERE table_name = {quoted} AND table_schema IN ({listed}) GROUP BY table_schema) c \
                 ON c.table_schema = s.schema_name \
              WHERE s.schema_name IN ({listed})"
        ),
        Product::Sqlite => return Err(DatabaseError::not_sent("a file has one history")),
    };
    let rows = session.query(&sql).await?;
    let rows: BTreeMap<&str, _> = rows.iter().map(|row| (row.text(0), row)).collect();
    let located = names.iter().map(|name| {
        let Some(row) = rows.get(name) else { return Err(absent(product, name)) };
        if !row.is_true(1) {
            return Err(denied(product, name));
        }
        let found = Table::located(product, table.clone(), [name, &search_path, row.text(3), "0"]);
        match row.is_true(2) {
            true => Ok(found),
            false => Err(found.unreadable(&DatabaseError { message: "permission denied".to_owned(), code: None })),
        }
    });
    Ok(located.collect())
}

/// The error for a schema or database that does not exist.
fn absent(product: Product, name: &str) -> Error {
    let quoted = sql::quote(product, name);
    match product {
        Product::Postgres => {
            Error::new(format!("there is no schema `{name}`")).hint(format!("`CREATE SCHEMA {quoted}`"))
        }
        Product::MySql | Product::MariaDb | Product::Sqlite => {
            Error::new(format!("there is no database `{name}`, or the user has no right to it"))
                .hint(format!("`CREATE DATABASE {quoted}`"))
        }
    }
    .of(ErrorKind::Refused)
}

/// The error for a schema that the role may not use.
fn denied(product: Product, name: &str) -> Error {
    Error::new(format!("the role has no right to the schema `{name}`"))
        .of(ErrorKind::Refused)
        .hint(format!("`GRANT USAGE, CREATE ON SCHEMA {} TO …`", sql::quote(product, name)))
}

/// A row for each table: its place in the list, and the digest of its rows.
async fn digests(session: &mut Session, tables: &[&Table]) -> Result<Rows, DatabaseError> {
    if tables.is_empty() {
        return Ok(Rows::default());
    }
    let queries: Vec<String> = tables.iter().enumerate().map(|(at, table)| table.digest(at)).collect();
    session.query(&queries.join(" UNION ALL ")).await
}

async fn each_digest(session: &mut Session, tables: &[&Table]) -> Vec<Result<String, DatabaseError>> {
    let mut each = Vec::new();
    for table in tables {
        each.push(session.query(&table.digest(0)).await.map(|rows| digest(&rows, 0)));
    }
    each
}

fn digest(rows: &Rows, at: usize) -> String {
    let at = at.to_string();
    rows.iter().find(|row| row.text(0) == at).map(|row| row.text(1).to_owned()).unwrap_or_default()
}

impl Table {
    /// The query of a number, and of what tells this history from others: the same text for equal ones.
    fn digest(&self, number: usize) -> String {
        let row = "concat_ws(' ', id, checksum, status, direction)";
        let digest = match self.product {
            Product::Postgres => format!("md5(string_agg({row}, ',' ORDER BY id COLLATE \"C\"))"),
            Product::MySql | Product::MariaDb | Product::Sqlite => {
                format!("SHA2(GROUP_CONCAT({row} ORDER BY id SEPARATOR ','), 256)")
            }
        };
        format!("SELECT {number}, {digest} FROM {}", self.name)
    }
}
