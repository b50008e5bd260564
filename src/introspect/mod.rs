//! Introspection: reads a schema from the catalog of a connected database.
//!
//! Must not know the use of the schema. The queries are in each dialect's folder.

mod rows;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::{Product, mysql, postgres, sqlite};

pub use rows::{all_rows, reference_rows};

pub use crate::dialect::catalog::{Catalog, FOREIGN_TABLES, SEAORM_HISTORY, Scope, Spelling, Unmanaged};

/// Reads the catalog of the connected database with a constant number of queries, regardless of the number of tables.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    let mut catalog = match session.product() {
        Product::Postgres => postgres::introspect::introspect(session, scope).await,
        Product::MySql | Product::MariaDb => mysql::introspect::introspect(session, scope).await,
        Product::Sqlite => sqlite::introspect::introspect(session, scope).await,
    }?;
    scope.restrict(&mut catalog.schema);
    Ok(catalog)
}
