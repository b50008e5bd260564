//! Reads and normalises the schemas of a job, which hold nearly the same tables: each table is held, and normalised, once.
//!
//! Must not know the use of a schema.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_gen_runner::Error;
use sea_gen_runner::run;
use sea_gen_runner::session::{ConnectionOptions, DatabaseError, Missing, Session, connect};

use crate::dialect::{self, Product, Unsupported};
use crate::introspect::{self, Scope};
use crate::schema::{Normalized, Schema};

use super::Live;

/// The schema of each dialect that was kept first. Schemas that are normalised later take its tables where they have the same
/// text.
#[derive(Clone, Default)]
pub(super) struct SharedTables(Arc<Mutex<BTreeMap<Product, Normalized>>>);

impl SharedTables {
    /// Keeps the first schema of a dialect.
    pub(super) fn keep(&self, product: Product, schema: &Normalized) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(product).or_insert_with(|| schema.clone());
    }

    fn of(&self, product: Product) -> Normalized {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&product).cloned().unwrap_or_else(dialect::nothing)
    }

    /// Normalises a schema.
    ///
    /// # Errors
    /// Something that this database cannot hold.
    pub(super) fn normalize(&self, product: Product, mut schema: Schema) -> Result<Normalized, Unsupported> {
        let kept = self.of(product);
        // A table that is taken over before is not normalised again.
        schema.tables.take_equal(&kept.schema().tables);
        Ok(dialect::of(product).normalize(schema)?.sharing_tables_of(&kept))
    }

    /// Connects to a database and reads all of it.
    ///
    /// # Errors
    /// It cannot be reached or read; it holds something that cannot be normalised.
    pub(super) async fn read(
        &self,
        connection: &ConnectionOptions,
        missing: Missing,
        scope: &Scope,
    ) -> Result<Live, Error> {
        self.read_session(connect(connection, missing).await?, connection, scope).await
    }

    /// Reads all of the database of an open session.
    ///
    /// # Errors
    /// It cannot be read; it holds something that cannot be normalised.
    pub(super) async fn read_session(
        &self,
        mut session: Session,
        connection: &ConnectionOptions,
        scope: &Scope,
    ) -> Result<Live, Error> {
        let product = session.product();
        let catalog = introspect::introspect(&mut session, scope).await.map_err(|error| {
            Error::new(format!("cannot read the catalog of {connection}"))
                .hint(match (is_timeout(product, &error), run::has_waited(product, &error)) {
                    (true, _) => "it took longer than the server allows a statement: raise `statement_timeout` or `max_statement_time` for this role",
                    (_, true) => "another session has locked a table for longer than a reader waits: wait for it to end, and try again",
                    _ => "the role needs to be able to read the catalog; DDL rights are not needed",
                })
                .because(error)
        })?;
        let schema = self.normalize(product, catalog.schema)?;
        let history = run::history(&mut session).await?;
        let (found, comparison) = Default::default();
        Ok(Live { session, schema, history, unmanaged: catalog.unmanaged, found, comparison })
    }
}

/// Connects to a database and reads all of it.
///
/// # Errors
/// It cannot be reached or read; it holds something that cannot be normalised.
pub async fn read(connection: &ConnectionOptions, missing: Missing, scope: &Scope) -> Result<Live, Error> {
    SharedTables::default().read(connection, missing, scope).await
}

/// Whether the server cancelled a statement because of a timeout.
fn is_timeout(product: Product, error: &DatabaseError) -> bool {
    let codes: &[&str] = match product {
        Product::Postgres => &["57014"],
        Product::MySql | Product::MariaDb => &["3024", "1969", "70100", "HY000/3024"],
        Product::Sqlite => &[],
    };
    error.code.as_deref().is_some_and(|code| codes.contains(&code)) || error.message.contains("max_statement_time")
}
