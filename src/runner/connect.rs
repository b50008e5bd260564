//! The sources of a runner's connection.
//!
//! Must not know what the connection is for.

use std::path::Path;

#[cfg(feature = "mysql")]
use crate::session::pool::MySqlPool;
#[cfg(feature = "postgres")]
use crate::session::pool::PostgresPool;
#[cfg(feature = "sqlite")]
use crate::session::pool::SqlitePool;
use crate::session::{self, ConnectError, ConnectionOptions, Missing, Obstacle, Session};
use crate::{Error, ErrorKind, Result};

/// A source of the runner's connection: the URL of a database; a pool of sqlx (`&PgPool`, `&MySqlPool`, `&SqlitePool`); with the
/// feature `sea-orm`, a `&sea_orm::DatabaseConnection`. Other types cannot implement it.
pub trait Connect: sealed::Sealed {
    /// The connection. `missing` says what to do about an SQLite file of a URL that does not exist.
    ///
    /// # Errors
    /// It cannot be had.
    #[doc(hidden)]
    fn session(self, missing: Missing) -> impl Future<Output = Result<Session>> + Send;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for &str {}

impl Connect for &str {
    async fn session(self, missing: Missing) -> Result<Session> {
        let options = ConnectionOptions::parse(self, Path::new(""))?;
        session::connect(&options, missing).await
    }
}

impl sealed::Sealed for &String {}

impl Connect for &String {
    async fn session(self, missing: Missing) -> Result<Session> {
        self.as_str().session(missing).await
    }
}

#[cfg(feature = "postgres")]
impl sealed::Sealed for &PostgresPool {}

#[cfg(feature = "postgres")]
impl Connect for &PostgresPool {
    async fn session(self, _: Missing) -> Result<Session> {
        Session::of_postgres(self).await.map_err(not_taken)
    }
}

#[cfg(feature = "mysql")]
impl sealed::Sealed for &MySqlPool {}

#[cfg(feature = "mysql")]
impl Connect for &MySqlPool {
    async fn session(self, _: Missing) -> Result<Session> {
        Session::of_mysql(self).await.map_err(not_taken)
    }
}

#[cfg(feature = "sqlite")]
impl sealed::Sealed for &SqlitePool {}

#[cfg(feature = "sqlite")]
impl Connect for &SqlitePool {
    async fn session(self, _: Missing) -> Result<Session> {
        Session::of_sqlite(self).await.map_err(not_taken)
    }
}

#[cfg(feature = "sea-orm")]
impl sealed::Sealed for &sea_orm::DatabaseConnection {}

#[cfg(feature = "sea-orm")]
impl Connect for &sea_orm::DatabaseConnection {
    async fn session(self, missing: Missing) -> Result<Session> {
        use sea_orm::DatabaseConnectionType as Pool;

        match &self.inner {
            #[cfg(feature = "postgres")]
            Pool::SqlxPostgresPoolConnection(_) => self.get_postgres_connection_pool().session(missing).await,
            #[cfg(feature = "mysql")]
            Pool::SqlxMySqlPoolConnection(_) => self.get_mysql_connection_pool().session(missing).await,
            #[cfg(feature = "sqlite")]
            Pool::SqlxSqlitePoolConnection(_) => self.get_sqlite_connection_pool().session(missing).await,
            _ => Err(Error::new("this connection of SeaORM leads to no database that migrations can run on")
                .of(ErrorKind::Refused)
                .hint("connect through sqlx, and switch on the feature of `sea-gen-runner` for the database: `postgres`, `mysql` or `sqlite`")),
        }
    }
}

/// No connection of a pool could be had.
fn not_taken(error: ConnectError) -> Error {
    if let Obstacle::TooOld(first) = error.obstacle {
        let message = format!("the server is too old: {first} or newer is needed");
        return Error::new(message).of(ErrorKind::Database).because(error);
    }
    Error::new("no connection could be taken from the pool")
        .of(if error.obstacle == Obstacle::Locked { ErrorKind::Busy } else { ErrorKind::Database })
        .hint("a runner needs one of its connections for itself: see `max_connections` of the pool")
        .because(error)
}
