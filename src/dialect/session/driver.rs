//! The drivers that speak to databases, each built in by a feature named after it.
//!
//! The only place that knows which are there. Must not know what is sent, nor what a session is settled to.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::{ConnectError, DatabaseError, Missing, Obstacle, Rows};
use crate::dialect::Product;

#[cfg(not(any(feature = "postgres", feature = "mysql", feature = "sqlite")))]
compile_error!("choose at least one of the features `postgres`, `mysql` and `sqlite`");

/// An open connection.
pub(super) enum Driver {
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx::PgConnection>),
    #[cfg(feature = "mysql")]
    MySql(Box<sqlx::MySqlConnection>),
    #[cfg(feature = "sqlite")]
    Sqlite(Box<sqlx::SqliteConnection>),
}

/// The same words for whichever connection it is: the drivers share no trait that could be an object.
macro_rules! whichever {
    ($driver:expr, $connection:ident => $done:expr) => {
        match $driver {
            #[cfg(feature = "postgres")]
            Driver::Postgres($connection) => $done,
            #[cfg(feature = "mysql")]
            Driver::MySql($connection) => $done,
            #[cfg(feature = "sqlite")]
            Driver::Sqlite($connection) => $done,
        }
    };
}

impl Driver {
    /// Connects by the driver the URL's scheme stands for, and says what is expected to answer.
    pub(super) async fn open(url: &str, missing: Missing) -> Result<(Self, Product), ConnectError> {
        let product = match url.split(':').next().unwrap_or_default() {
            "postgres" | "postgresql" => Product::Postgres,
            "mysql" | "mariadb" => Product::MySql,
            "sqlite" => Product::Sqlite,
            // What stands before the first colon may be a password when the scheme was forgotten.
            _ => return Err(refused(Obstacle::Url, "the scheme is none of postgres, mysql, mariadb, sqlite")),
        };
        let driver = match product {
            Product::Postgres => postgres(url).await?,
            Product::MySql | Product::MariaDb => mysql(url).await?,
            Product::Sqlite => sqlite(url, missing).await?,
        };
        Ok((driver, product))
    }

    /// Sends one statement; gives back the number of rows it touched.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        let query = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        Ok(whichever!(self, connection => connection.execute(query).await?.rows_affected()))
    }

    /// Sends one statement with text values for its placeholders.
    pub(super) async fn execute_with(&mut self, sql: &str, values: &[Option<&str>]) -> Result<u64, DatabaseError> {
        Ok(whichever!(self, connection => {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for value in values {
                query = query.bind(value.map(str::to_owned));
            }
            connection.execute(query).await?.rows_affected()
        }))
    }

    /// Sends one query; adds its rows as text, whatever the types of its columns.
    pub(super) async fn query(&mut self, sql: &str, rows: &mut Rows) -> Result<(), DatabaseError> {
        whichever!(self, connection => {
            let mut found = connection.fetch(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)));
            while let Some(row) = next(&mut found).await.transpose()? {
                for index in 0..row.len() {
                    rows.push(row.try_get_unchecked(index)?);
                }
                rows.end_row();
            }
        });
        Ok(())
    }

    /// Sends one query of which each row is one JSON array of rows; gives them away as they come.
    pub(super) async fn query_arrays(&mut self, sql: &str, mut take: impl FnMut(Rows)) -> Result<(), DatabaseError> {
        whichever!(self, connection => {
            let mut found = connection.fetch(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)));
            while let Some(row) = next(&mut found).await.transpose()? {
                take(Rows::from_json(row.try_get_unchecked(0)?)?);
            }
        });
        Ok(())
    }

    /// Closes the connection in good order.
    pub(super) async fn close(self) {
        // A connection that cannot say goodbye is closed all the same, and nobody can do anything about it.
        let _ = whichever!(self, connection => connection.close().await);
    }
}

/// The next of what arrives.
async fn next<T>(arriving: &mut Pin<Box<dyn Stream<Item = T> + Send + '_>>) -> Option<T> {
    poll_fn(|context| arriving.as_mut().poll_next(context)).await
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str) -> Result<Driver, ConnectError> {
    let options: sqlx::postgres::PgConnectOptions = url.parse().map_err(ConnectError::url)?;
    Ok(Driver::Postgres(Box::new(options.disable_statement_logging().connect().await?)))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str) -> Result<Driver, ConnectError> {
    Err(absent("postgres"))
}

#[cfg(feature = "mysql")]
async fn mysql(url: &str) -> Result<Driver, ConnectError> {
    let url = url.replacen("mariadb:", "mysql:", 1);
    let options: sqlx::mysql::MySqlConnectOptions = url.parse().map_err(ConnectError::url)?;
    Ok(Driver::MySql(Box::new(options.disable_statement_logging().connect().await?)))
}

#[cfg(not(feature = "mysql"))]
async fn mysql(_: &str) -> Result<Driver, ConnectError> {
    Err(absent("mysql"))
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str, missing: Missing) -> Result<Driver, ConnectError> {
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().map_err(ConnectError::url)?;
    let options = options
        .create_if_missing(missing == Missing::Create)
        // The driver works on a thread of its own, which every full buffer puts to sleep.
        .row_buffer_size(1024)
        .disable_statement_logging();
    Ok(Driver::Sqlite(Box::new(options.connect().await?)))
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &str, _: Missing) -> Result<Driver, ConnectError> {
    Err(absent("sqlite"))
}

#[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
fn absent(feature: &'static str) -> ConnectError {
    refused(Obstacle::NoDriver(feature), &format!("it was built without the feature `{feature}`"))
}

fn refused(obstacle: Obstacle, message: &str) -> ConnectError {
    ConnectError { obstacle, error: DatabaseError { message: message.to_owned(), code: None } }
}

/// MySQL's own number of an error: its SQLSTATEs are too coarse to tell obstacles apart.
#[cfg(feature = "mysql")]
pub(super) fn mysql_number(error: &dyn sqlx::error::DatabaseError) -> Option<u16> {
    error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number)
}

#[cfg(not(feature = "mysql"))]
pub(super) fn mysql_number(_: &dyn sqlx::error::DatabaseError) -> Option<u16> {
    None
}
