//! A session on one connection of a pool.
//!
//! On a server the connection leaves the pool for good and is closed in the end, for a session settles it otherwise than an
//! application may have done; the pool opens another one. Must not know whose pool it is.

#[cfg(feature = "sqlite")]
use crate::Product;

#[cfg(feature = "mysql")]
pub(crate) use sqlx::MySqlPool;
#[cfg(feature = "postgres")]
pub(crate) use sqlx::PgPool as PostgresPool;
#[cfg(feature = "sqlite")]
pub(crate) use sqlx::SqlitePool;

use super::held::Held;
use super::{ConnectError, Driver, Options, Session};

impl Session {
    #[cfg(feature = "postgres")]
    pub(crate) async fn of_postgres(pool: &sqlx::PgPool) -> Result<Self, ConnectError> {
        let options = Options::Postgres(Box::new(pool.connect_options().as_ref().clone()));
        let driver = Driver::Postgres(Box::new(pool.acquire().await?.detach()));
        Self::on(driver, options, Product::Postgres, false).await
    }

    #[cfg(feature = "mysql")]
    pub(crate) async fn of_mysql(pool: &sqlx::MySqlPool) -> Result<Self, ConnectError> {
        let options = Options::MySql(Box::new(pool.connect_options().as_ref().clone()));
        let driver = Driver::MySql(Box::new(pool.acquire().await?.detach()));
        Self::on(driver, options, Product::MySql, false).await
    }

    /// On SQLite it is returned to the pool with its original settings.
    #[cfg(feature = "sqlite")]
    pub(crate) async fn of_sqlite(pool: &sqlx::SqlitePool) -> Result<Self, ConnectError> {
        let options = Options::Sqlite(Box::new(pool.connect_options().as_ref().clone()));
        let driver = Driver::Sqlite(Held::pooled(pool).await?);
        Self::on(driver, options, Product::Sqlite, false).await
    }
}
