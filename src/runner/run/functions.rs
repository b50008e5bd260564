//! Functions of the program that a migration calls: `-- gen: rust backfill_slugs`.
//!
//! Must not know what they do.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex};

use tokio::sync::Mutex;

use crate::session::{DatabaseError, Session};
use crate::{Error, ErrorKind, Product, Result, Role, sql};

use super::pending::controls_transaction;
use super::statement::{StatementError, goes_on};
use super::{Applicable, Direction, Progress, ProgressCallback};

/// The error of a function of the program.
pub type FunctionError = Box<dyn std::error::Error + Send + Sync>;

/// The future of a function: how many rows it has changed.
pub type FunctionFuture<'s> = Pin<Box<dyn Future<Output = std::result::Result<u64, FunctionError>> + Send + 's>>;

type Function = Arc<dyn for<'s> Fn(&'s MigrationConnection<'s>) -> FunctionFuture<'s> + Send + Sync>;

/// The functions of a program, by the names that its migrations call them by.
#[derive(Clone, Default)]
pub struct Functions(BTreeMap<String, Function>);

impl Functions {
    /// No functions.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn add(
        &mut self,
        name: String,
        function: impl for<'s> Fn(&'s MigrationConnection<'s>) -> FunctionFuture<'s> + Send + Sync + 'static,
    ) {
        self.0.insert(name, Arc::new(function));
    }

    pub(crate) fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().map(|(name, function)| (name.clone(), Arc::clone(function))));
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// The connection of a migration, in its transaction, lent to a function of the program. With the feature `sea-orm` it is a
/// `sea_orm::ConnectionTrait`, so that entities and queries of SeaORM work on it.
pub struct MigrationConnection<'s> {
    session: Mutex<&'s mut Session>,
    product: Product,
    /// How the database refused the first statement that it refused.
    refusal: StdMutex<Option<DatabaseError>>,
}

impl MigrationConnection<'_> {
    /// The product of the database.
    pub fn product(&self) -> Product {
        self.product
    }

    /// Executes one statement, and returns the number of rows that it changed.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the database's refusal.
    pub async fn execute(&self, sql: &str) -> Result<u64> {
        self.allow(sql)?;
        let done = self.session.lock().await.execute(sql).await;
        self.noted(done)
    }

    /// Executes one statement with text values for its placeholders: `$1`, `$2` on PostgreSQL, `?` elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the database's refusal.
    pub async fn execute_with(&self, sql: &str, values: &[Option<&str>]) -> Result<u64> {
        self.allow(sql)?;
        let done = self.session.lock().await.execute_with(sql, values).await;
        self.noted(done)
    }

    /// Runs one query. Every value is the database's text for it; `None` is NULL.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the database's refusal.
    pub async fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.allow(sql)?;
        let found = self.session.lock().await.query(sql).await;
        let rows = self.noted(found)?;
        Ok(rows.iter().map(|row| (0..row.width()).map(|at| row.get(at).map(str::to_owned)).collect()).collect())
    }
}

impl<'s> MigrationConnection<'s> {
    /// The session, for statements of SeaORM.
    #[cfg(feature = "sea-orm")]
    pub(crate) fn session(&self) -> &Mutex<&'s mut Session> {
        &self.session
    }

    /// Refuses statements that begin or end a transaction: it is the migration's.
    pub(crate) fn allow(&self, sql: &str) -> Result<()> {
        if !controls_transaction(sql) {
            return Ok(());
        }
        Err(Error::new(format!(
            "`{}` is refused in a function: the transaction is the migration's",
            sql::first_line(sql)
        ))
        .of(ErrorKind::Refused)
        .hint("remove it; with `batches` in the mark every call has a transaction of its own"))
    }

    /// The result of a statement. A refusal is remembered: the function may hide it.
    fn noted<T>(&self, done: std::result::Result<T, DatabaseError>) -> Result<T> {
        done.map_err(|error| {
            self.note(error.clone());
            Error::new("the database refused a statement").of(ErrorKind::Database).because(error)
        })
    }

    pub(crate) fn note(&self, error: DatabaseError) {
        if let Ok(mut refusal) = self.refusal.lock() {
            // What follows may be a consequence of the first.
            refusal.get_or_insert(error);
        }
    }
}

/// A function of the program failed, or there is none of that name.
#[derive(Debug, thiserror::Error)]
#[error("the function `{name}` of the program failed")]
pub(super) struct FailedFunction {
    name: String,
    #[source]
    error: FunctionError,
    /// What the database said last.
    pub(super) refusal: Option<DatabaseError>,
}

/// Calls a function; in batches until it changes no row, each time in a transaction of its own. A scratch database has no rows for
/// it, and its program is not there.
pub(super) async fn call(
    session: &mut Session,
    (functions, name): (Option<&Functions>, &str),
    batches: bool,
    on_progress: ProgressCallback<'_>,
) -> std::result::Result<u64, StatementError> {
    let function = match functions.and_then(|functions| functions.0.get(name)) {
        Some(function) => function,
        None if session.is_scratch() => return Ok(0),
        None => {
            let error = FailedFunction {
                name: name.to_owned(),
                error: "this program has no such function".into(),
                refusal: None,
            };
            return Err(StatementError::Function(error));
        }
    };
    if !batches {
        return once(session, name, function).await;
    }
    let mut changed = 0;
    loop {
        goes_on()?;
        enforce_keys(session, true).await?;
        session.begin().await?;
        match once(session, name, function).await {
            Ok(rows) => {
                session.commit().await?;
                enforce_keys(session, false).await?;
                if rows == 0 {
                    return Ok(changed);
                }
                changed += rows;
                on_progress(Progress::Batch { rows: changed });
            }
            Err(error) => {
                let _ = session.rollback().await;
                let _ = enforce_keys(session, false).await;
                return Err(error);
            }
        }
    }
}

/// SQLite's foreign keys are off during a run; a function expects them to be on. Inside a transaction the setting does nothing.
async fn enforce_keys(session: &mut Session, are_on: bool) -> std::result::Result<(), DatabaseError> {
    if session.product() == Product::Sqlite {
        session.execute(if are_on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" }).await?;
    }
    Ok(())
}

async fn once(session: &mut Session, name: &str, function: &Function) -> std::result::Result<u64, StatementError> {
    let product = session.product();
    let (done, refusal) = {
        let connection =
            MigrationConnection { product, session: Mutex::new(&mut *session), refusal: StdMutex::new(None) };
        let done = function(&connection).await;
        let refusal = connection.refusal.lock().ok().and_then(|mut refusal| refusal.take());
        (done, refusal)
    };
    let failed = |error: FunctionError, refusal| {
        StatementError::Function(FailedFunction { name: name.to_owned(), error, refusal })
    };
    let rows = match done {
        Ok(rows) => rows,
        Err(error) => return Err(failed(error, refusal)),
    };
    // A refusal that the function did not report may have ended the transaction: PostgreSQL answers every further statement with an
    // error, and a COMMIT with a rollback; MySQL and MariaDB roll back after a deadlock.
    let Some(refusal) = refusal else { return Ok(rows) };
    let is_over = match product {
        Product::Postgres => session.query("SELECT 1").await.is_err(),
        Product::MySql | Product::MariaDb => refusal.code.as_deref() == Some("40001"),
        Product::Sqlite => false,
    };
    if is_over { Err(failed(Box::new(refusal.clone()), Some(refusal))) } else { Ok(rows) }
}

/// Refuses migrations that call a function which this program does not have, before anything runs.
///
/// # Errors
/// [`ErrorKind::Refused`], with the migration and the function.
pub fn refuse_missing<'f, 'm: 'f>(
    session: &Session,
    files: impl IntoIterator<Item = &'f Applicable<'m>>,
    direction: Direction,
) -> Result<()> {
    if session.is_scratch() {
        return Ok(());
    }
    for file in files {
        for statement in file.statements(direction) {
            if let Role::Rust { name, .. } = &statement.role
                && !file.functions.is_some_and(|functions| functions.0.contains_key(name))
            {
                return Err(Error::new(format!(
                    "migration `{}` calls the function `{name}`, which only the program that has it can run",
                    file.id()
                ))
                .of(ErrorKind::Refused)
                .hint(format!(
                    "start that program, in which the migrations have the function: `Migrations::with(\"{name}\", …)`"
                )));
            }
        }
    }
    Ok(())
}
