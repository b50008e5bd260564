//! Functions of the program that a migration calls: `-- gen: rust backfill_slugs`.
//!
//! Must not know what they do.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::session::{DatabaseError, Session};
use crate::{Error, ErrorKind, Product, Result, Role};

use super::statement::{StatementError, goes_on};
use super::{Applicable, Direction, Progress, ProgressCallback};

/// The error of a function of the program.
pub type FunctionError = Box<dyn std::error::Error + Send + Sync>;

/// The future of a function: how many rows it has changed.
pub type FunctionFuture<'s> = Pin<Box<dyn Future<Output = std::result::Result<u64, FunctionError>> + Send + 's>>;

type Function = Arc<dyn for<'s> Fn(&'s Step<'s>) -> FunctionFuture<'s> + Send + Sync>;

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
        function: impl for<'s> Fn(&'s Step<'s>) -> FunctionFuture<'s> + Send + Sync + 'static,
    ) {
        self.0.insert(name, Arc::new(function));
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// The connection of a migration, in its transaction, lent to a function of the program. With the feature `sea-orm` it is a
/// `sea_orm::ConnectionTrait`, so that entities and queries of SeaORM work on it.
pub struct Step<'s> {
    pub(crate) session: Mutex<&'s mut Session>,
    product: Product,
}

impl Step<'_> {
    /// The product of the database.
    pub fn product(&self) -> Product {
        self.product
    }

    /// Executes one statement, and returns the number of rows that it changed.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the database's refusal.
    pub async fn execute(&self, sql: &str) -> Result<u64> {
        self.session.lock().await.execute(sql).await.map_err(refused)
    }

    /// Runs one query. Every value is the database's text for it; `None` is NULL.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the database's refusal.
    pub async fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        let rows = self.session.lock().await.query(sql).await.map_err(refused)?;
        Ok(rows.iter().map(|row| (0..row.width()).map(|at| row.get(at).map(str::to_owned)).collect()).collect())
    }
}

fn refused(error: DatabaseError) -> Error {
    Error::new("the database refused a statement").of(ErrorKind::Database).because(error)
}

/// A function of the program failed, or there is none of that name.
#[derive(Debug, thiserror::Error)]
#[error("the function `{name}` of the program failed")]
pub(super) struct FailedFunction {
    name: String,
    #[source]
    error: FunctionError,
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
            let error = FailedFunction { name: name.to_owned(), error: "this program has no such function".into() };
            return Err(StatementError::Function(error));
        }
    };
    if !batches {
        return once(session, name, function).await;
    }
    let mut changed = 0;
    loop {
        goes_on()?;
        session.begin().await?;
        match once(session, name, function).await {
            Ok(rows) => {
                session.commit().await?;
                if rows == 0 {
                    return Ok(changed);
                }
                changed += rows;
                on_progress(Progress::Batch { rows: changed });
            }
            Err(error) => {
                let _ = session.rollback().await;
                return Err(error);
            }
        }
    }
}

async fn once(session: &mut Session, name: &str, function: &Function) -> std::result::Result<u64, StatementError> {
    let step = Step { product: session.product(), session: Mutex::new(session) };
    function(&step).await.map_err(|error| StatementError::Function(FailedFunction { name: name.to_owned(), error }))
}

/// Refuses migrations that call a function which this program does not have, before anything runs.
///
/// # Errors
/// [`ErrorKind::Refused`], with the migration and the function.
pub(super) fn refuse_missing(session: &Session, files: &[&Applicable<'_>], direction: Direction) -> Result<()> {
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
                .hint(format!("start that program: it calls `Migrations::with(\"{name}\", …)` before `up`")));
            }
        }
    }
    Ok(())
}
