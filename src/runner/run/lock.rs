//! The advisory lock of the runner: one runner at a time.
//!
//! The connection that runs the statements holds it, so it cannot outlive a running statement, nor end before it.
//!
//! Must not know what is executed under it.

use std::time::{Duration, Instant};

use crate::Product;
use crate::session::{DatabaseError, Session, mysql, postgres, sqlite};
use crate::{Error, ErrorKind, Result};

use super::{Progress, ProgressCallback};

/// How long a runner waits between two tries on PostgreSQL and for a running row on SQLite.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// SQLite's own default in sqlx, restored after the run.
const SQLITE_BUSY: Duration = Duration::from_secs(5);

/// The lock that is held, and the settings to restore.
pub(super) enum Lock {
    /// PostgreSQL's advisory lock of the database.
    Postgres,
    /// MySQL's and MariaDB's lock by name.
    MySql(String),
    /// On SQLite every migration takes the write lock with its transaction; between them nothing is held. Foreign keys are
    /// disabled for the whole run, since that cannot be done inside a transaction, and restored afterwards.
    Sqlite { foreign_keys: bool },
}

fn refused(error: DatabaseError) -> Error {
    Error::new("the lock for migrations could not be taken").of(ErrorKind::Database).because(error)
}

/// Lets every statement wait for others where that takes the place of a lock: on SQLite a reader may have to, too.
pub(super) async fn be_patient(session: &mut Session, wait: Duration) -> Result<()> {
    match session.product() {
        Product::Sqlite => sqlite::wait_for_writers(session, wait).await.map_err(refused),
        Product::Postgres | Product::MySql | Product::MariaDb => Ok(()),
    }
}

/// Takes the lock, waiting for at most `wait`.
pub(super) async fn acquire(session: &mut Session, wait: Duration, on_progress: ProgressCallback<'_>) -> Result<Lock> {
    let lock = match session.product() {
        Product::Sqlite => {
            be_patient(session, wait).await?;
            let foreign_keys = sqlite::enforce_foreign_keys(session, false).await.map_err(refused)?;
            return Ok(Lock::Sqlite { foreign_keys });
        }
        Product::Postgres => Lock::Postgres,
        Product::MySql | Product::MariaDb => {
            let name = mysql::lock_name(session).await.map_err(refused)?;
            Lock::MySql(name.ok_or_else(|| {
                Error::new("the connection has no database to lock")
                    .of(ErrorKind::Database)
                    .hint("name the database in the URL: `mysql://user@host/database`")
            })?)
        }
    };
    let begun = Instant::now();
    let mut told = false;
    while !lock.try_take(session).await.map_err(refused)? {
        let holder = lock.holder(session).await;
        if begun.elapsed() >= wait {
            return Err(busy(session.product(), wait, holder));
        }
        if !told {
            on_progress(Progress::Waiting { holder: holder.as_ref().map(|(_, words)| words.as_str()) });
            told = true;
        }
        if matches!(lock, Lock::Postgres) {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(lock)
}

/// Releases the lock. If the connection is lost, so is the lock, so there is no error to report.
pub(super) async fn release(session: &mut Session, lock: Lock) {
    let _ = match lock {
        Lock::Postgres => postgres::unlock(session).await,
        Lock::MySql(name) => mysql::unlock(session, &name).await,
        Lock::Sqlite { foreign_keys } => {
            let _ = sqlite::wait_for_writers(session, SQLITE_BUSY).await;
            sqlite::enforce_foreign_keys(session, foreign_keys).await.map(|_| ())
        }
    };
}

impl Lock {
    async fn try_take(&self, session: &mut Session) -> Result<bool, DatabaseError> {
        match self {
            Self::Postgres => postgres::try_lock(session).await,
            Self::MySql(name) => mysql::try_lock(session, name).await,
            Self::Sqlite { .. } => Ok(true),
        }
    }

    /// The lock's holder: the process id to end it by, and a description. Missing privileges count as an unknown holder.
    async fn holder(&self, session: &mut Session) -> Option<(String, String)> {
        match self {
            Self::Postgres => postgres::lock_holder(session).await.ok().flatten(),
            Self::MySql(name) => mysql::lock_holder(session, name).await.ok().flatten(),
            Self::Sqlite { .. } => None,
        }
    }
}

/// The holder of the lock, in words. `None` if there is none, or if it cannot be determined: on SQLite nothing is held between
/// two statements.
pub async fn holder(session: &mut Session) -> Option<String> {
    let lock = match session.product() {
        Product::Postgres => Lock::Postgres,
        Product::MySql | Product::MariaDb => Lock::MySql(mysql::lock_name(session).await.ok().flatten()?),
        Product::Sqlite => return None,
    };
    lock.holder(session).await.map(|(_, words)| words)
}

/// Ends the session of the holder, and describes it.
pub(super) async fn end_holder(session: &mut Session) -> Result<Option<String>> {
    let lock = match session.product() {
        Product::Postgres => Lock::Postgres,
        Product::MySql | Product::MariaDb => match mysql::lock_name(session).await.map_err(refused)? {
            Some(name) => Lock::MySql(name),
            None => return Ok(None),
        },
        Product::Sqlite => return Ok(None),
    };
    let Some((number, words)) = lock.holder(session).await else { return Ok(None) };
    let sql = match session.product() {
        Product::Postgres => format!("SELECT pg_catalog.pg_terminate_backend({number})"),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("KILL {number}"),
    };
    session.execute(&sql).await.map_err(|error| {
        Error::new(format!("the runner that holds the lock could not be ended ({words})"))
            .of(ErrorKind::Database)
            .hint(format!("end it as a user who may: `{sql}`"))
            .because(error)
    })?;
    Ok(Some(words))
}

/// The error for a database that another runner is migrating.
pub(super) fn busy(product: Product, wait: Duration, holder: Option<(String, String)>) -> Error {
    let words = holder.as_ref().map(|(_, words)| format!(" ({words})")).unwrap_or_default();
    let error = match product {
        Product::Sqlite => Error::new(format!("another process is writing to this database; waited {wait:?}"))
            .of(ErrorKind::Busy)
            .hint("find the process that has the file open (`fuser <file>`), wait for it, and try again"),
        Product::Postgres | Product::MySql | Product::MariaDb => {
            Error::new(format!("another runner is migrating this database{words}; waited {wait:?}"))
                .of(ErrorKind::Busy)
                .hint("wait for it to end and try again; nothing was changed")
        }
    };
    match (product, holder) {
        (Product::Postgres | Product::MySql | Product::MariaDb, Some(_)) => {
            error.hint("if it is dead, end its session: `gen unlock --force`")
        }
        (Product::Sqlite, _) | (_, None) => error,
    }
}

/// Begins a transaction under the lock; on SQLite that is the lock.
pub(super) async fn begin(session: &mut Session, wait: Duration) -> Result<()> {
    session.begin().await.map_err(|error| match session.product() {
        Product::Sqlite if sqlite::is_busy(&error) => busy(Product::Sqlite, wait, None).because(error),
        _ => Error::new("a transaction could not be begun").of(ErrorKind::Database).because(error),
    })
}
