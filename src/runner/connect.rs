//! The sources of a runner's connection.
//!
//! Must not know what the connection is for.

use std::path::Path;

use crate::Result;
use crate::session::{self, ConnectionOptions, Missing, Session};

/// A source of the runner's connection: the URL of a database; with the feature `sea-orm`, a `&sea_orm::DatabaseConnection`. What
/// SeaORM is built on, a pool of sqlx, becomes one by `sea_orm::DatabaseConnection::from(pool)`. Other types cannot implement it.
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

#[cfg(feature = "sea-orm")]
impl sealed::Sealed for &sea_orm::DatabaseConnection {}

#[cfg(feature = "sea-orm")]
impl Connect for &sea_orm::DatabaseConnection {
    async fn session(self, _: Missing) -> Result<Session> {
        use sea_orm::DatabaseConnectionType as Pool;

        use crate::session::Obstacle;
        use crate::{Error, ErrorKind};

        let taken = match &self.inner {
            #[cfg(feature = "postgres")]
            Pool::SqlxPostgresPoolConnection(_) => Session::of_postgres(self.get_postgres_connection_pool()).await,
            #[cfg(feature = "mysql")]
            Pool::SqlxMySqlPoolConnection(_) => Session::of_mysql(self.get_mysql_connection_pool()).await,
            #[cfg(feature = "sqlite")]
            Pool::SqlxSqlitePoolConnection(_) => Session::of_sqlite(self.get_sqlite_connection_pool()).await,
            _ => {
                return Err(Error::new("this connection of SeaORM leads to no database that migrations can run on")
                    .of(ErrorKind::Refused)
                    .hint("connect through sqlx, and switch on the feature of `sea-gen-runner` for the database: `postgres`, `mysql` or `sqlite`"));
            }
        };
        taken.map_err(|error| {
            Error::new("no connection could be taken from SeaORM's pool")
                .of(if error.obstacle == Obstacle::Locked { ErrorKind::Busy } else { ErrorKind::Database })
                .hint("a runner needs one of its connections for itself: see `ConnectOptions::max_connections`")
                .because(error)
        })
    }
}
