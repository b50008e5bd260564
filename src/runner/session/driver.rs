//! The drivers that speak to databases, each built in by a feature named after it.
//!
//! Only this file knows which drivers are built in. Must not know the statements, or the settings of a session.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use futures_core::Stream;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use sqlx::Connection as _;
use sqlx::{ConnectOptions as _, Executor as _, Row as _};
use url::Url;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::Product;

#[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
use super::Obstacle;
#[cfg(feature = "sqlite")]
use super::held::Held;
use super::{ConnectError, DatabaseError, Missing, Rows};

#[cfg(not(any(feature = "postgres", feature = "mysql", feature = "sqlite")))]
compile_error!("choose at least one of the features `postgres`, `mysql` and `sqlite`");

/// The connection options, as the driver parsed them from a URL and the environment.
#[derive(Clone)]
pub(super) enum Options {
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx::postgres::PgConnectOptions>),
    #[cfg(feature = "mysql")]
    MySql(Box<sqlx::mysql::MySqlConnectOptions>),
    #[cfg(feature = "sqlite")]
    Sqlite(Box<sqlx::sqlite::SqliteConnectOptions>),
    /// The feature that would bring the driver.
    #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
    Absent(&'static str),
}

/// The endpoint of a connection, as the driver parsed it.
#[derive(Clone)]
pub(super) enum Endpoint {
    Server { user: String, host: String, port: u16, socket: Option<PathBuf>, database: String },
    File { path: PathBuf, shown: String },
    Memory,
}

/// The settings that name what one database has and another may not, each with what every database has.
#[cfg(feature = "postgres")]
const OF_ONE_DATABASE: [(&str, &str); 2] =
    [("default_table_access_method", "heap"), ("default_text_search_config", "pg_catalog.simple")];

impl Options {
    #[cfg(feature = "postgres")]
    pub(super) fn postgres(url: &Url) -> Result<(Self, Endpoint), sqlx::Error> {
        let options = sqlx::postgres::PgConnectOptions::from_url(url)?.disable_statement_logging();
        Ok(Self::of_postgres(options))
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of_postgres(options: sqlx::postgres::PgConnectOptions) -> (Self, Endpoint) {
        let host = options.get_host();
        let endpoint = Endpoint::Server {
            user: options.get_username().to_owned(),
            host: host.to_owned(),
            port: options.get_port(),
            // A host that is a path is the folder of a socket.
            socket: options.get_socket().cloned().or_else(|| host.starts_with('/').then(|| PathBuf::from(host))),
            // Without a database name the server takes the user's name.
            database: options.get_database().unwrap_or_else(|| options.get_username()).to_owned(),
        };
        (Self::Postgres(Box::new(options)), endpoint)
    }

    #[cfg(not(feature = "postgres"))]
    pub(super) fn postgres(url: &Url) -> Result<(Self, Endpoint), sqlx::Error> {
        Ok((Self::Absent("postgres"), unread(url, 5432)))
    }

    #[cfg(feature = "mysql")]
    pub(super) fn mysql(url: &Url) -> Result<(Self, Endpoint), sqlx::Error> {
        let options = sqlx::mysql::MySqlConnectOptions::from_url(url)?.disable_statement_logging();
        Ok(Self::of_mysql(options))
    }

    #[cfg(feature = "mysql")]
    pub(super) fn of_mysql(options: sqlx::mysql::MySqlConnectOptions) -> (Self, Endpoint) {
        let endpoint = Endpoint::Server {
            user: options.get_username().to_owned(),
            host: options.get_host().to_owned(),
            port: options.get_port(),
            socket: options.get_socket().cloned(),
            database: options.get_database().unwrap_or_default().to_owned(),
        };
        (Self::MySql(Box::new(options)), endpoint)
    }

    #[cfg(not(feature = "mysql"))]
    pub(super) fn mysql(url: &Url) -> Result<(Self, Endpoint), sqlx::Error> {
        Ok((Self::Absent("mysql"), unread(url, 3306)))
    }

    /// A file, or a database in memory that is another one for each connection.
    #[cfg(feature = "sqlite")]
    pub(super) fn sqlite(file: Option<&Path>, query: &str) -> Result<Self, sqlx::Error> {
        let name = if file.is_some() { "" } else { ":memory:" };
        let options: sqlx::sqlite::SqliteConnectOptions = format!("sqlite:{name}?{query}").parse()?;
        let options = match file {
            Some(path) => options.filename(path),
            None => options.shared_cache(false),
        };
        // The driver works on a thread of its own, which every full buffer puts to sleep.
        Ok(Self::Sqlite(Box::new(options.row_buffer_size(1024).disable_statement_logging())))
    }

    #[cfg(all(feature = "sqlite", feature = "sea-orm"))]
    pub(super) fn of_sqlite(options: sqlx::sqlite::SqliteConnectOptions) -> (Self, Endpoint) {
        let path = options.get_filename().to_owned();
        let shown = path.to_string_lossy().into_owned();
        // The driver gives a database in memory a name of its own.
        let in_memory = shown == ":memory:" || shown.starts_with("file:sqlx-in-memory");
        let endpoint = if in_memory { Endpoint::Memory } else { Endpoint::File { path, shown } };
        (Self::Sqlite(Box::new(options)), endpoint)
    }

    #[cfg(not(feature = "sqlite"))]
    pub(super) fn sqlite(_: Option<&Path>, _: &str) -> Result<Self, sqlx::Error> {
        Ok(Self::Absent("sqlite"))
    }

    /// Leads to another database of the server. PostgreSQL refuses to begin a session with a setting that names what the
    /// database does not have.
    pub(super) fn switch_to(&mut self, database: &str) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(options) => {
                let given = options.get_options().unwrap_or_default();
                let named: Vec<_> = OF_ONE_DATABASE.iter().filter(|(setting, _)| given.contains(setting)).collect();
                **options = options.as_ref().clone().database(database).options(named.into_iter().copied());
            }
            #[cfg(feature = "mysql")]
            Self::MySql(options) => **options = options.as_ref().clone().database(database),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => {}
            #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
            Self::Absent(_) => {}
        }
        #[cfg(not(any(feature = "postgres", feature = "mysql")))]
        let _ = database;
    }
}

impl Options {
    /// Puts a search path in front of whatever the session would have (PostgreSQL).
    pub(super) fn set_search_path(&mut self, path: &str) {
        #[cfg(feature = "postgres")]
        if let Self::Postgres(options) = self {
            **options = options.as_ref().clone().options([("search_path", path)]);
        }
        #[cfg(not(feature = "postgres"))]
        let _ = path;
    }

    /// Leads to another database of the server, with all settings.
    pub(super) fn lead_to(&mut self, database: &str) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(options) => **options = options.as_ref().clone().database(database),
            #[cfg(feature = "mysql")]
            Self::MySql(options) => **options = options.as_ref().clone().database(database),
            _ => {}
        }
        let _ = database;
    }

    /// Leads to another file (SQLite), with all settings.
    pub(super) fn open_file(&mut self, path: &Path) {
        #[cfg(feature = "sqlite")]
        if let Self::Sqlite(options) = self {
            **options = options.as_ref().clone().filename(path);
        }
        #[cfg(not(feature = "sqlite"))]
        let _ = path;
    }
}

/// The connection options of a URL whose driver is not built in.
#[cfg(not(all(feature = "postgres", feature = "mysql")))]
fn unread(url: &Url, port: u16) -> Endpoint {
    Endpoint::Server {
        user: url.username().to_owned(),
        host: url.host_str().unwrap_or("localhost").to_owned(),
        port: url.port().unwrap_or(port),
        socket: None,
        database: url.path().trim_start_matches('/').to_owned(),
    }
}

/// The number of MySQL's error that a statement, which it has read, cannot be prepared.
#[cfg(feature = "mysql")]
const NOT_TO_PREPARE: u16 = 1295;

/// An open connection.
pub(super) enum Driver {
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx::PgConnection>),
    #[cfg(feature = "mysql")]
    MySql(Box<sqlx::MySqlConnection>),
    #[cfg(feature = "sqlite")]
    Sqlite(Held),
}

/// Expands to the expression once per driver: the drivers share no object-safe trait.
macro_rules! dispatch {
    ($driver:expr, $connection:ident => $done:expr) => {
        match $driver {
            #[cfg(feature = "postgres")]
            Driver::Postgres($connection) => $done,
            #[cfg(feature = "mysql")]
            Driver::MySql($connection) => $done,
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(held) => {
                let $connection = held.connection();
                $done
            }
        }
    };
}

impl Driver {
    /// Connects, by the driver the options are for.
    pub(super) async fn open(options: &Options, missing: Missing) -> Result<Self, ConnectError> {
        #[cfg(not(feature = "sqlite"))]
        let _ = missing;
        Ok(match options {
            #[cfg(feature = "postgres")]
            Options::Postgres(options) => Self::Postgres(Box::new(options.connect().await?)),
            #[cfg(feature = "mysql")]
            Options::MySql(options) => Self::MySql(Box::new(options.connect().await?)),
            #[cfg(feature = "sqlite")]
            Options::Sqlite(options) => {
                let options = options.as_ref().clone().create_if_missing(missing == Missing::Create);
                Self::Sqlite(Held::own(options.connect().await?).await?)
            }
            #[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
            Options::Absent(feature) => {
                let message = format!("it was built without the feature `{feature}`");
                let error = DatabaseError { message, code: None };
                return Err(ConnectError { obstacle: Obstacle::NoDriver(feature), error });
            }
        })
    }

    /// Sends one statement; returns the number of affected rows.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        // The server takes a prepared text as one statement; a text that is not prepared may contain several, and all are executed.
        #[cfg(feature = "postgres")]
        if let (Self::Postgres(connection), true) = (&mut *self, sql.contains(';')) {
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
            return Ok(connection.execute(query).await?.rows_affected());
        }
        self.is_single(sql).await?;
        let query = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        Ok(dispatch!(self, connection => connection.execute(query).await?.rows_affected()))
    }

    /// Refuses a text with more than one statement. Without a semicolon it has only one.
    async fn is_single(&mut self, sql: &str) -> Result<(), DatabaseError> {
        if !sql.contains(';') {
            return Ok(());
        }
        match self {
            // The server reads one statement when it prepares, by the `sql_mode` it has; then it may say that this kind is none
            // to prepare.
            #[cfg(feature = "mysql")]
            Self::MySql(connection) => {
                let prepared = connection.prepare(sqlx::SqlSafeStr::into_sql_str(sqlx::AssertSqlSafe(sql))).await;
                match prepared {
                    Err(sqlx::Error::Database(error)) if mysql_number(error.as_ref()) == Some(NOT_TO_PREPARE) => Ok(()),
                    prepared => Ok(prepared.map(drop)?),
                }
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => is_single(Product::Postgres, sql),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => is_single(Product::Sqlite, sql),
        }
    }

    /// Sends one statement with text values for its placeholders.
    pub(super) async fn execute_with(&mut self, sql: &str, values: &[Option<&str>]) -> Result<u64, DatabaseError> {
        Ok(dispatch!(self, connection => {
            // A pooler may hand the next statement to a server session that does not know a named one.
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
            for value in values {
                query = query.bind(value.map(str::to_owned));
            }
            connection.execute(query).await?.rows_affected()
        }))
    }

    /// Sends one statement of SeaORM with its values.
    #[cfg(feature = "sea-orm")]
    pub(super) async fn execute_statement(
        &mut self,
        statement: sea_orm::Statement,
    ) -> Result<sea_orm::ExecResult, sqlx::Error> {
        let values = sea_query_sqlx::SqlxValues(statement.values.unwrap_or(sea_orm::sea_query::Values(Vec::new())));
        dispatch!(self, connection => {
            let query = sqlx::query_with(sqlx::AssertSqlSafe(statement.sql), values).persistent(false);
            Ok(connection.execute(query).await?.into())
        })
    }

    /// Sends a text of SeaORM that may contain several statements.
    #[cfg(feature = "sea-orm")]
    pub(super) async fn execute_text(&mut self, sql: &str) -> Result<sea_orm::ExecResult, sqlx::Error> {
        let query = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        dispatch!(self, connection => Ok(connection.execute(query).await?.into()))
    }

    /// Sends one query of SeaORM with its values.
    #[cfg(feature = "sea-orm")]
    pub(super) async fn query_statement(
        &mut self,
        statement: sea_orm::Statement,
    ) -> Result<Vec<sea_orm::QueryResult>, sqlx::Error> {
        let values = sea_query_sqlx::SqlxValues(statement.values.unwrap_or(sea_orm::sea_query::Values(Vec::new())));
        dispatch!(self, connection => {
            let query = sqlx::query_with(sqlx::AssertSqlSafe(statement.sql), values).persistent(false);
            let rows = connection.fetch_all(query).await?;
            Ok(rows.into_iter().map(sea_orm::QueryResult::from).collect())
        })
    }

    /// Sends one query; adds its rows as text, whatever the types of its columns.
    pub(super) async fn query(&mut self, sql: &str, rows: &mut Rows) -> Result<(), DatabaseError> {
        self.is_single(sql).await?;
        dispatch!(self, connection => {
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

    /// Sends one query of which each row is one JSON array of rows; passes them on as they arrive.
    pub(super) async fn query_arrays(&mut self, sql: &str, mut take: impl FnMut(Rows)) -> Result<(), DatabaseError> {
        dispatch!(self, connection => {
            let mut found = connection.fetch(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)));
            while let Some(row) = next(&mut found).await.transpose()? {
                take(Rows::from_json(row.try_get_unchecked(0)?)?);
            }
        });
        Ok(())
    }

    /// Closes the connection in good order.
    pub(super) async fn close(self) {
        // A failure to close the connection gracefully cannot be acted upon.
        let _ = match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => connection.close().await.map_err(DatabaseError::from),
            #[cfg(feature = "mysql")]
            Self::MySql(connection) => connection.close().await.map_err(DatabaseError::from),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(held) => held.close().await,
        };
    }
}

/// Refuses a text that is more than one statement by the tool's own reading.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn is_single(product: Product, sql: &str) -> Result<(), DatabaseError> {
    let message = "this is more than one statement, and only one is sent at a time; nothing of it was run".to_owned();
    match crate::sql::split(product, sql) {
        Ok(statements) if statements.len() > 1 => Err(DatabaseError::not_sent(message)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Awaits the next item of the stream.
async fn next<T>(arriving: &mut Pin<Box<dyn Stream<Item = T> + Send + '_>>) -> Option<T> {
    poll_fn(|context| arriving.as_mut().poll_next(context)).await
}

/// MySQL's error number: its SQLSTATEs are too coarse to distinguish obstacles.
#[cfg(feature = "mysql")]
pub(super) fn mysql_number(error: &dyn sqlx::error::DatabaseError) -> Option<u16> {
    error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number)
}

#[cfg(not(feature = "mysql"))]
pub(super) fn mysql_number(_: &dyn sqlx::error::DatabaseError) -> Option<u16> {
    None
}
