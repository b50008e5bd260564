//! A connection to an SQLite database, owned or from a pool. A pooled connection is returned to the pool, because an
//! in-memory database ends with its connection.
//!
//! Must not know what is sent.

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Executor as _, Row as _, Sqlite, SqliteConnection, SqlitePool};

use super::DatabaseError;
use super::interrupt::sqlite_goes_on;

/// The number of virtual machine steps between two interrupt checks of SQLite.
const STEPS: i32 = 10_000;

/// The settings that a session and a run change.
const SETTINGS: [&str; 3] = ["foreign_keys", "legacy_alter_table", "busy_timeout"];

/// An open connection.
pub(super) enum Held {
    Own(Box<SqliteConnection>),
    Pooled(Pooled),
}

/// A connection of a pool, which gets it back in good order only: dropped, it is closed.
pub(super) struct Pooled {
    connection: PoolConnection<Sqlite>,
    /// The former settings, as statements.
    before: Vec<String>,
    in_order: bool,
}

impl Held {
    pub(super) async fn own(mut connection: SqliteConnection) -> Result<Self, sqlx::Error> {
        connection.lock_handle().await?.set_progress_handler(STEPS, sqlite_goes_on);
        Ok(Self::Own(Box::new(connection)))
    }

    pub(super) async fn pooled(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let mut connection = pool.acquire().await?;
        let mut before = Vec::new();
        for setting in SETTINGS {
            let sql = format!("PRAGMA {setting}");
            let value: i64 = connection.fetch_one(sqlx::AssertSqlSafe(sql.as_str())).await?.try_get(0)?;
            before.push(format!("{sql} = {value}"));
        }
        connection.lock_handle().await?.set_progress_handler(STEPS, sqlite_goes_on);
        Ok(Self::Pooled(Pooled { connection, before, in_order: false }))
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Own(connection) => connection,
            Self::Pooled(pooled) => &mut pooled.connection,
        }
    }

    /// Closes the connection, or returns it to the pool with its former settings.
    pub(super) async fn close(self) -> Result<(), DatabaseError> {
        match self {
            Self::Own(connection) => Ok(connection.close().await?),
            Self::Pooled(mut pooled) => {
                for setting in std::mem::take(&mut pooled.before) {
                    pooled.connection.execute(sqlx::AssertSqlSafe(setting)).await?;
                }
                pooled.connection.lock_handle().await?.remove_progress_handler();
                pooled.in_order = true;
                Ok(())
            }
        }
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if !self.in_order {
            self.connection.close_on_drop();
        }
    }
}
