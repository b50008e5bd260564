//! One connection to one database, for catalog queries, locks and work alike.
//!
//! Every value is exchanged as text, so the four databases look the same from outside. Must not know the queries.

mod attributed;
mod companion;
mod connect;
mod dialect;
mod driver;
#[cfg(feature = "sqlite")]
mod held;
mod home;
mod interrupt;
pub mod mysql;
mod options;
#[cfg(feature = "sea-orm")]
pub(crate) mod orm;
pub(crate) mod pool;
mod pooler;
pub mod postgres;
mod rows;
mod sendable;
mod server;
pub mod sqlite;

pub(crate) use companion::Companion;
pub use companion::LockHolder;
pub use connect::{connect, server_of};
pub(crate) use dialect::{history_table, now, placeholder};
pub use home::Home;
use home::Stay;
pub use interrupt::{Unfinished, interrupt, interrupted};
pub use options::ConnectionOptions;
#[cfg(feature = "testing")]
pub(crate) use options::of_database;
pub use rows::{Iter, Row, Rows};
pub use server::mysql_or_mariadb;

use crate::{Attribution, Product, sql};

use driver::{Driver, Options};
use interrupt::{Ending, OnInterrupt};

/// An error reported by the database. Never contains a URL or a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DatabaseError {
    /// The database's own message.
    pub message: String,
    /// SQLSTATE or the vendor's code, if there is one.
    pub code: Option<String>,
}

impl DatabaseError {
    /// The code of an error that no database reports: the statement was not sent.
    const NOT_SENT: &str = "not sent";

    /// The error for a statement that is not sent, in lower case and without a full stop.
    pub fn not_sent(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: Some(Self::NOT_SENT.to_owned()) }
    }

    /// Whether the statement was not sent.
    pub fn is_of_this_side(&self) -> bool {
        self.code.as_deref() == Some(Self::NOT_SENT)
    }
}

/// Why a connection could not be made, as far as the driver's error shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The driver was left out of this build: the feature that brings it.
    NoDriver(&'static str),
    /// The connection was refused.
    Refused,
    /// The host name cannot be resolved.
    UnknownHost,
    /// The user or the password is not accepted.
    Password,
    /// The server has no such database.
    NoDatabase,
    /// The SQLite file cannot be opened: it, or its directory, is missing or not accessible.
    NoFile,
    /// The file is not an SQLite database.
    NotADatabase,
    /// Another process is writing to the SQLite file.
    Locked,
    /// The user may connect to the server, but not to this database.
    NoRight,
    /// The server has no connection left.
    Full,
    /// A pooler takes not all the settings that the driver begins a session with.
    Settings,
    /// The server is older than this version, which is the first that is supported.
    TooOld(&'static str),
    /// Anything else.
    Other,
}

/// A failed connection attempt. Never contains a URL or a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct ConnectError {
    /// The kind of obstacle.
    pub obstacle: Obstacle,
    /// The error of the driver or the database.
    pub error: DatabaseError,
}

impl From<sqlx::Error> for ConnectError {
    fn from(error: sqlx::Error) -> Self {
        let obstacle = match &error {
            sqlx::Error::Io(io) => match io.kind() {
                std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound => Obstacle::Refused,
                // The resolver's failures have no kind of their own that is stable.
                _ if io.to_string().contains("lookup") => Obstacle::UnknownHost,
                _ => Obstacle::Other,
            },
            sqlx::Error::Database(database) => {
                obstacle(database.code().as_deref(), driver::mysql_number(database.as_ref()))
            }
            _ => Obstacle::Other,
        };
        Self { obstacle, error: error.into() }
    }
}

impl From<DatabaseError> for ConnectError {
    fn from(error: DatabaseError) -> Self {
        Self { obstacle: obstacle(error.code.as_deref(), None), error }
    }
}

/// The obstacle for a database's error code. MySQL's SQLSTATEs are too coarse, so its error number is used.
fn obstacle(code: Option<&str>, mysql: Option<u16>) -> Obstacle {
    match (mysql, code) {
        (Some(1045 | 1698), _) | (None, Some("28000" | "28P01")) => Obstacle::Password,
        (Some(1040), _) | (None, Some("53300")) => Obstacle::Full,
        (Some(1044), _) | (None, Some("42501")) => Obstacle::NoRight,
        (Some(1049), _) | (None, Some("3D000")) => Obstacle::NoDatabase,
        (None, Some("08P01")) => Obstacle::Settings,
        (None, Some("14")) => Obstacle::NoFile,
        (None, Some("26")) => Obstacle::NotADatabase,
        (None, Some("5" | "261" | "517" | "773")) => Obstacle::Locked,
        _ => Obstacle::Other,
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) => {
                Self { message: database.message().to_owned(), code: database.code().map(std::borrow::Cow::into_owned) }
            }
            None => Self { message: error.to_string(), code: None },
        }
    }
}

impl From<serde_json::Error> for DatabaseError {
    fn from(error: serde_json::Error) -> Self {
        Self { message: error.to_string(), code: None }
    }
}

/// What to do if the SQLite file does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is an error.
    Refuse,
    /// It is created.
    Create,
}

/// The table that records applied migrations.
pub const HISTORY_TABLE: &str = "sea_gen_history";

/// The table by which the runners of a Galera cluster take turns.
pub const LEASE_TABLE: &str = "sea_gen_lease";

/// One connection.
pub struct Session {
    driver: Driver,
    ending: Ending,
    product: Product,
    version: String,
    is_scratch: bool,
    /// Whether each of its transactions may run in another session of the server.
    is_shared: bool,
    history_table: String,
    /// The user as the database knows him; empty on SQLite.
    user: String,
    attribution: Attribution,
    /// Whether the last statement that set a `sql_mode` contained the value (MySQL and MariaDB).
    says_mode: bool,
    /// What one run leaves for the next one, where several follow each other.
    stay: Option<Stay>,
}

impl Session {
    /// Connects, detects the product, and configures the session: every setting that influences how text is read or printed
    /// is pinned. A session of the server that is shared with others stays as it is.
    ///
    /// # Errors
    /// The connection cannot be made.
    pub async fn connect(options: &ConnectionOptions, missing: Missing) -> Result<Self, ConnectError> {
        let driver = Driver::open(&options.options, missing).await?;
        let product = match options.product_hint() {
            Product::MySql | Product::MariaDb => Product::MySql,
            product @ (Product::Postgres | Product::Sqlite) => product,
        };
        let mut session = Self::on(driver, options.options.clone(), product, options.is_scratch).await?;
        session.name_history(options.history.as_deref());
        if let Some(role) = &options.role {
            if session.is_shared {
                let message = "a role needs a session of its own, and this connection goes through a pooler that uses another one \
                               for every transaction"
                    .to_owned();
                return Err(DatabaseError { message, code: None }.into());
            }
            let set = format!("SET ROLE {}", sql::quote(session.product, role));
            session.execute(&set).await?;
            session.user = format!("{} ({role})", session.user);
        }
        Ok(session)
    }

    /// Keeps the history under a name of its own, where several projects have their migrations in one database; `None` is the
    /// usual one.
    pub fn name_history(&mut self, name: Option<&str>) {
        self.history_table = history_table(name);
    }

    /// The name of the table that records what was applied.
    pub fn history_table(&self) -> &str {
        &self.history_table
    }

    /// The session on an open connection. `options` are those of the same database.
    async fn on(driver: Driver, options: Options, product: Product, is_scratch: bool) -> Result<Self, ConnectError> {
        let ending = Ending {
            options,
            product,
            number: String::new(),
            server: String::new(),
            has_second: true,
            given_up: Default::default(),
        };
        let mut session = Self {
            driver,
            ending,
            product,
            version: String::new(),
            is_scratch,
            is_shared: false,
            history_table: HISTORY_TABLE.to_owned(),
            user: String::new(),
            attribution: Attribution::of_process(),
            says_mode: false,
            stay: None,
        };
        let is_direct = session.ask_version().await?;
        if session.product == Product::MySql {
            session.product = server::mysql_or_mariadb(&session.version);
        }
        if let Some(first) = server::missed(session.product, &session.version) {
            let message = format!("the server says that its version is {}", session.version);
            return Err(ConnectError {
                obstacle: Obstacle::TooOld(first),
                error: DatabaseError { message, code: None },
            });
        }
        if session.product == Product::Postgres && !is_direct {
            session.is_shared = pooler::is_shared(&mut session.driver, &mut session.ending).await?;
        }
        if !session.is_shared {
            session.pin().await?;
        }
        Ok(session)
    }

    /// Pins every setting that influences how text is read or printed.
    async fn pin(&mut self) -> Result<(), DatabaseError> {
        let settings = match self.product {
            Product::Postgres => postgres::SETTINGS,
            Product::MySql | Product::MariaDb => mysql::SETTINGS,
            Product::Sqlite => sqlite::SETTINGS,
        };
        for setting in settings {
            interrupt::wait(&self.ending, self.driver.execute(setting)).await?;
        }
        self.says_mode = false;
        if self.is_scratch && self.product == Product::Postgres {
            self.execute(postgres::ANY_SEARCH_PATH).await?;
        }
        Ok(())
    }

    /// The name of the database the session is in; the file's on SQLite, empty in memory.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn database(&mut self) -> Result<String, DatabaseError> {
        let sql = match self.product {
            Product::Postgres => "SELECT current_database()",
            Product::MySql | Product::MariaDb => "SELECT DATABASE()",
            Product::Sqlite => "SELECT file FROM pragma_database_list WHERE name = 'main'",
        };
        Ok(self.query(sql).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
    }

    /// Restores the session settings after statements that may have changed them, as a dump does.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn restore_settings(&mut self) -> Result<(), DatabaseError> {
        if self.product == Product::Postgres {
            self.execute("RESET ALL").await?;
        }
        self.pin().await
    }

    /// Asks for the version, and for what identifies the session. Returns whether this client has begun it.
    async fn ask_version(&mut self) -> Result<bool, DatabaseError> {
        let sql = match self.product {
            Product::Postgres => format!(
                "SELECT pg_catalog.current_setting('server_version'), pg_catalog.pg_backend_pid(), {}, session_user, {}",
                interrupt::PG_SERVER,
                pooler::IS_DIRECT
            ),
            Product::MySql | Product::MariaDb => {
                format!("SELECT version(), connection_id(), {}, current_user()", interrupt::MYSQL_SERVER)
            }
            Product::Sqlite => "SELECT sqlite_version(), '', '', ''".to_owned(),
        };
        let rows = self.query(&sql).await?;
        let said = |at: usize| rows.first().map(|row| row.text(at).to_owned()).unwrap_or_default();
        (self.version, self.ending.number, self.ending.server, self.user) = (said(0), said(1), said(2), said(3));
        Ok(self.product != Product::Postgres || rows.first().is_some_and(|row| row.is_true(4)))
    }

    /// The product of the server; MySQL and MariaDB are distinguished by the server's version.
    pub fn product(&self) -> Product {
        self.product
    }

    /// Whether it is a session on a scratch database.
    pub fn is_scratch(&self) -> bool {
        self.is_scratch
    }

    /// The server's version as it prints it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Sends one statement; returns the number of affected rows.
    ///
    /// # Errors
    /// The database's refusal; the statement was interrupted ([`interrupt`]).
    pub async fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        self.can_be_sent(sql)?;
        if matches!(self.product, Product::Postgres | Product::Sqlite) {
            return interrupt::wait(&self.ending, self.driver.execute(sql)).await;
        }
        if !self.says_mode && sql::has_body(self.product, sql) {
            return self.make_body(sql).await;
        }
        let on_interrupt = match mysql::loses_rows_when_ended(self.product, sql) {
            true => OnInterrupt::Finish,
            false => OnInterrupt::Cancel,
        };
        let done = interrupt::wait_or(&self.ending, on_interrupt, self.driver.execute(sql)).await?;
        if let Some(mode) = sql::mode_of(self.product, sql) {
            self.says_mode = mode.is_some();
        }
        Ok(done)
    }

    /// Sends a statement that makes a trigger, a routine or an event. The server keeps the `sql_mode` with it, and this session's
    /// must not be that one.
    async fn make_body(&mut self, sql: &str) -> Result<u64, DatabaseError> {
        interrupt::wait(&self.ending, self.driver.execute(&mysql::mode_of_bodies(self.product))).await?;
        let done = interrupt::wait(&self.ending, self.driver.execute(sql)).await;
        let back = interrupt::wait(&self.ending, self.driver.execute(mysql::SQL_MODE)).await;
        let done = done?;
        back.map(|_| done)
    }

    /// Sets the `sql_mode` again that the session is pinned to (MySQL and MariaDB), whatever a migration has set.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn pin_mode(&mut self) -> Result<(), DatabaseError> {
        self.says_mode = false;
        interrupt::wait(&self.ending, self.driver.execute(mysql::SQL_MODE)).await.map(drop)
    }

    /// Sends one statement with text values for its placeholders ([`Session::placeholder`]).
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn execute_with(&mut self, sql: &str, values: &[Option<&str>]) -> Result<u64, DatabaseError> {
        interrupt::wait(&self.ending, self.driver.execute_with(sql, values)).await
    }

    /// How the value number `index` (from 1) is written in a statement for [`Session::execute_with`].
    pub fn placeholder(&self, index: usize) -> String {
        placeholder(self.product, index)
    }

    /// Begins a transaction. On SQLite it takes the write lock at once, so that rows read in it do not change.
    ///
    /// # Errors
    /// The database's refusal; on SQLite also another writer.
    pub async fn begin(&mut self) -> Result<(), DatabaseError> {
        let sql = match self.product {
            Product::Postgres => "BEGIN",
            Product::MySql | Product::MariaDb => "START TRANSACTION",
            Product::Sqlite => "BEGIN IMMEDIATE",
        };
        self.execute(sql).await.map(|_| ())
    }

    /// Commits the transaction. PostgreSQL answers the commit of a failed transaction with a quiet rollback, so nothing may
    /// be sent after an error but [`Session::rollback`].
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn commit(&mut self) -> Result<(), DatabaseError> {
        self.execute("COMMIT").await.map(|_| ())
    }

    /// Rolls the transaction back. That SQLite has done so already, as it does after some errors, is no error.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn rollback(&mut self) -> Result<(), DatabaseError> {
        match self.execute("ROLLBACK").await {
            Err(error) if self.product == Product::Sqlite && error.message.contains("no transaction is active") => {
                Ok(())
            }
            answer => answer.map(|_| ()),
        }
    }

    /// The current time of the database as an SQL expression: UTC text with milliseconds, `2026-11-20T20:13:00.123Z`, the
    /// same on every product.
    pub fn now(&self) -> &'static str {
        now(self.product)
    }

    /// Sends one query; returns its rows as text.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn query(&mut self, sql: &str) -> Result<Rows, DatabaseError> {
        self.can_be_sent(sql)?;
        let mut rows = Rows::default();
        interrupt::wait(&self.ending, self.driver.query(sql, &mut rows)).await?;
        Ok(rows)
    }

    /// Sends queries one after the other; returns the rows of all of them.
    ///
    /// # Errors
    /// The database's refusal of one of them.
    pub async fn query_each(&mut self, queries: &[String]) -> Result<Rows, DatabaseError> {
        let mut rows = Rows::default();
        for query in queries {
            self.can_be_sent(query)?;
            interrupt::wait(&self.ending, self.driver.query(query, &mut rows)).await?;
        }
        Ok(rows)
    }

    /// Sends one query of which each row is one JSON array of rows ([`Rows::from_json`]); gives them away as they come. So few
    /// values, each of many rows, pass between the database and here, where every one costs more than to read it.
    ///
    /// # Errors
    /// The database's refusal; a row that is not such an array.
    pub async fn query_arrays(&mut self, sql: &str, take: impl FnMut(Rows)) -> Result<(), DatabaseError> {
        interrupt::wait(&self.ending, self.driver.query_arrays(sql, take)).await
    }

    /// Closes the connection in good order.
    pub async fn close(mut self) {
        if let Some(companion) = self.stay.take().and_then(|stay| stay.companion) {
            companion.end().await;
        }
        if self.ending.given_up.get().is_none() {
            self.driver.close().await;
        }
    }
}
