//! The introspector: a connection in, what the database's catalog holds out.
//!
//! Must not know what is done with it. The queries are in each dialect's folder.

use crate::dialect::session::{DatabaseError, Session};
use crate::dialect::{HISTORY_TABLE, Product, mysql, postgres, sqlite};
use crate::schema::{Name, Schema};

/// Tables that are never ours: SeaORM's own history and this tool's.
pub const FOREIGN_TABLES: &[&str] = &[SEAORM_HISTORY, HISTORY_TABLE];

/// The table in which SeaORM remembers what its own migrations did.
pub const SEAORM_HISTORY: &str = "seaql_migrations";

/// What to read of a database.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Schemas to read beside the connection's default one; objects in them carry their schema's name. `*` stands for any
    /// characters, so that one `*` reads every schema a user has made.
    pub schemas: Vec<Name>,
    /// Tables (and views) to leave alone, by exact name or with `*` for any characters.
    pub exclude: Vec<String>,
    /// Whether to read what roles may do with objects.
    pub privileges: bool,
}

impl Scope {
    /// Everything in a database that a user has made, privileges included.
    pub fn everything() -> Self {
        Self { schemas: vec![Name::from("*")], exclude: Vec::new(), privileges: true }
    }

    /// Whether a schema other than the default one is read.
    pub fn reads_schema(&self, name: &str) -> bool {
        self.schemas.iter().any(|pattern| matches(pattern.as_str(), name))
    }

    /// Whether the object is left alone. Introspectors ask this of every table and view.
    pub fn excludes(&self, name: &str) -> bool {
        FOREIGN_TABLES.contains(&name) || self.exclude.iter().any(|pattern| matches(pattern, name))
    }
}

/// `*` stands for any characters, everything else for itself.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name
            .strip_prefix(head)
            .is_some_and(|rest| (0..=rest.len()).any(|at| rest.is_char_boundary(at) && matches(tail, &rest[at..]))),
    }
}

/// What a catalog holds.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Everything the model can hold, as the catalog says it; not normalised.
    pub schema: Schema,
    /// What was found and is not managed.
    pub unmanaged: Vec<Unmanaged>,
}

/// Something found in a catalog that the tool leaves alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unmanaged {
    /// What it is and its name (`sequence invoice_number`).
    pub object: String,
    /// Why it is left alone.
    pub reason: String,
}

/// Reads the catalog of the connected database with a constant number of queries, whatever the number of tables.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    match session.product() {
        Product::Postgres => postgres::introspect::introspect(session, scope).await,
        Product::MySql | Product::MariaDb => mysql::introspect::introspect(session, scope).await,
        Product::Sqlite => sqlite::introspect::introspect(session, scope).await,
    }
}
