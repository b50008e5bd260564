//! The history table: the applied migrations, when they were applied, and the result.
//!
//! Must not know how migrations are run or which of them are wanted.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::session::{DatabaseError, Session, sqlite};
use crate::{Product, sql};

use super::{Applicable, Direction, Outcome, lock};

/// The state of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It was executed completely.
    Applied,
    /// It was not executed: the schema already matched its result.
    Recognised,
    /// It was not executed: the history starts after it (baseline).
    Baseline,
    /// It is running, or was interrupted before it could record a result.
    Running,
    /// A statement failed, and what ran before it could not be rolled back.
    Failed,
}

impl State {
    const ALL: [Self; 5] = [Self::Applied, Self::Recognised, Self::Baseline, Self::Running, Self::Failed];

    /// The word in the history table.
    pub fn key(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Recognised => "recognised",
            Self::Baseline => "baseline",
            Self::Running => "running",
            Self::Failed => "failed",
        }
    }

    /// Whether the schema is the one that the migration leads to.
    pub fn is_done(self) -> bool {
        match self {
            Self::Applied | Self::Recognised | Self::Baseline => true,
            Self::Running | Self::Failed => false,
        }
    }
}

impl Record {
    /// The fingerprints of the schema after it.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.fingerprint.as_deref().unwrap_or_default().split_whitespace()
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// One row of the history table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The migration's id.
    pub id: String,
    /// Its name: the id without the time.
    pub name: String,
    /// The checksum of its file.
    pub checksum: String,
    /// When it ended, or began when it has not ended: UTC by the database's clock, `2026-11-20T20:13:00.123Z`.
    pub applied_at: String,
    /// How long it took.
    pub execution_ms: u64,
    /// Its state.
    pub status: State,
    /// The direction of its last run.
    pub direction: Direction,
    /// How many of its statements are done.
    pub statements: usize,
    /// The version of the tool that ran it.
    pub tool_version: String,
    /// The fingerprints of the schema after it, separated by a space: the one in the file, and the one of the schema as the
    /// database prints it.
    pub fingerprint: Option<String>,
    /// The history table it is a row of, without its schema.
    pub table: String,
}

const COLUMNS: &str =
    "id, name, checksum, applied_at, execution_ms, status, direction, statements, tool_version, fingerprint";

/// Reads the history, oldest first. Needs no right but to read; without the table there is no history.
///
/// # Errors
/// The database's refusal.
pub async fn history(session: &mut Session) -> Result<Vec<Record>> {
    Table::locate(session).await?.read(session).await
}

/// Where the history table is, found once and named in full from then on: a migration may change the search path (every dump
/// made by pg_dump does) or the current database.
#[derive(Clone, Debug)]
pub(super) struct Table {
    product: Product,
    /// The schema or database that was the session's own in the beginning; for PostgreSQL the search path beside it.
    home: String,
    search_path: String,
    /// The table's name, and its quoted full name.
    table: String,
    name: String,
    exists: bool,
}

impl Table {
    pub(super) async fn locate(session: &mut Session) -> Result<Self> {
        let (product, table) = (session.product(), session.history_table().to_owned());
        let sql = match product {
            Product::Postgres => format!(
                "SELECT current_schema(), current_setting('search_path'), EXISTS (SELECT FROM pg_catalog.pg_class c \
                   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                  WHERE n.nspname = current_schema() AND c.relname = '{table}')"
            ),
            Product::MySql | Product::MariaDb => format!(
                "SELECT DATABASE(), '', EXISTS (SELECT 1 FROM information_schema.tables \
                  WHERE table_schema = DATABASE() AND table_name = '{table}')"
            ),
            Product::Sqlite => {
                format!(
                    "SELECT 'main', '', EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = '{table}')"
                )
            }
        };
        let rows = session.query(&sql).await.map_err(|error| unreadable((product, &table), &error))?;
        let Some((row, home)) = rows.first().and_then(|row| row.get(0).map(|home| (row, home))) else {
            return Err(match product {
                Product::Postgres => Error::new("the connection has no schema to keep the history in")
                    .of(ErrorKind::Database)
                    .hint("create the first schema of its search path: `CREATE SCHEMA …`, see `SHOW search_path`"),
                Product::MySql | Product::MariaDb | Product::Sqlite => {
                    Error::new("the connection has no database to keep the history in")
                        .of(ErrorKind::Database)
                        .hint("name the database in the URL: `mysql://user@host/database`")
                }
            });
        };
        let quote = |name: &str| sql::quote(product, name);
        Ok(Self {
            product,
            home: home.to_owned(),
            search_path: row.text(1).to_owned(),
            name: format!("{}.{}", quote(home), quote(&table)),
            table,
            exists: row.is_true(2),
        })
    }

    /// Creates the table when it is not there. Only under the lock: two `CREATE TABLE IF NOT EXISTS` at once fail on
    /// PostgreSQL.
    pub(super) async fn create(&mut self, session: &mut Session, wait: Duration) -> Result<()> {
        if self.exists {
            return Ok(());
        }
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (id VARCHAR(255) NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, \
             checksum VARCHAR(128) NOT NULL, applied_at VARCHAR(32) NOT NULL, execution_ms BIGINT NOT NULL, \
             status VARCHAR(16) NOT NULL, direction VARCHAR(8) NOT NULL, statements INTEGER NOT NULL, \
             tool_version VARCHAR(64) NOT NULL, fingerprint VARCHAR(128))",
            self.name
        );
        lock::begin(session, wait).await?;
        let created = match session.execute(&sql).await {
            Ok(_) => session.commit().await,
            Err(error) => Err(error),
        };
        if let Err(error) = created {
            let _ = session.rollback().await;
            let right = match self.product {
                Product::Postgres => {
                    format!("GRANT USAGE, CREATE ON SCHEMA {} TO …", sql::quote(self.product, &self.home))
                }
                Product::MySql | Product::MariaDb => format!("GRANT ALL ON {}.* TO …", self.home),
                Product::Sqlite => "check that the file and its folder can be written".to_owned(),
            };
            return Err(Error::new(format!("the history table {} could not be created", self.name))
                .of(ErrorKind::Database)
                .hint(format!("running migrations takes the right to create tables: {right}"))
                .because(error));
        }
        self.exists = true;
        Ok(())
    }

    pub(super) async fn read(&self, session: &mut Session) -> Result<Vec<Record>> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT {COLUMNS} FROM {}", self.name);
        let mut records = Vec::new();
        for row in &session.query(&sql).await.map_err(|error| unreadable((self.product, &self.table), &error))? {
            let status = State::ALL.into_iter().find(|status| status.key() == row.text(5));
            let direction = Direction::ALL.into_iter().find(|direction| direction.key() == row.text(6));
            let (Some(status), Some(direction)) = (status, direction) else {
                let message = format!("migration `{}` is recorded as `{} {}`", row.text(0), row.text(5), row.text(6));
                return Err(Error::new(message + ", which this version does not know")
                    .hint(format!("use the version that wrote it, {}, or a newer one", row.text(8))));
            };
            records.push(Record {
                id: row.text(0).to_owned(),
                name: row.text(1).to_owned(),
                checksum: row.text(2).to_owned(),
                applied_at: row.text(3).to_owned(),
                execution_ms: row.text(4).parse().unwrap_or_default(),
                status,
                direction,
                statements: row.text(7).parse().unwrap_or_default(),
                tool_version: row.text(8).to_owned(),
                fingerprint: row.get(9).map(str::to_owned),
                table: self.table.clone(),
            });
        }
        // The order of a collation is not the order of ids.
        records.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(records)
    }

    /// Whether a migration is half done.
    pub(super) async fn holds_unfinished(&self, session: &mut Session) -> Result<bool> {
        let sql = format!("SELECT count(*) FROM {} WHERE status IN ('running', 'failed')", self.name);
        let rows = session.query(&sql).await.map_err(|error| unreadable((self.product, &self.table), &error))?;
        Ok(rows.first().is_some_and(|row| row.text(0) != "0"))
    }

    /// Whether the history is as a migration left it: this many rows, none of a partially applied migration, and the migration's
    /// own row exists, or does not after `down`. The database counts, so that a long history is not read for every migration.
    pub(super) async fn is_left_by(&self, session: &mut Session, last: &Outcome, rows: usize) -> Result<bool> {
        let sql = format!(
            "SELECT count(*), count(CASE WHEN status IN ('running', 'failed') THEN 1 END), \
             count(CASE WHEN id = '{}' THEN 1 END) FROM {}",
            last.id, self.name
        );
        let own = match last.direction {
            Direction::Up => 1,
            Direction::Down => 0,
        };
        let expected = [rows, 0, own].map(|count| count.to_string());
        let found = session.query(&sql).await.map_err(|error| unreadable((self.product, &self.table), &error))?;
        Ok(found.first().is_some_and(|row| (0..3).map(|at| row.text(at)).eq(expected.iter().map(String::as_str))))
    }

    /// Writes a migration's row.
    pub(super) async fn insert(
        &self,
        session: &mut Session,
        file: &Applicable<'_>,
        (status, statements, execution_ms): (State, usize, u64),
        fingerprint: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let id = file.id();
        let name = id.splitn(3, '_').nth(2).unwrap_or(&id);
        let value: Vec<String> = (1..=5).map(|index| session.placeholder(index)).collect();
        let sql = format!(
            "INSERT INTO {} ({COLUMNS}) VALUES ({}, {}, {execution_ms}, '{status}', '{}', {statements}, {})",
            self.name,
            value.get(..3).unwrap_or_default().join(", "),
            session.now(),
            Direction::Up.key(),
            value.get(3..).unwrap_or_default().join(", "),
        );
        let values =
            [Some(id.as_str()), Some(name), Some(file.checksum.as_str()), Some(env!("CARGO_PKG_VERSION")), fingerprint];
        session.execute_with(&sql, &values).await.map(|_| ())
    }

    /// Updates the state of a migration.
    pub(super) async fn update(
        &self,
        session: &mut Session,
        id: &str,
        direction: Direction,
        (status, statements, execution_ms): (State, usize, u64),
    ) -> Result<(), DatabaseError> {
        let sql = format!(
            "UPDATE {} SET status = '{status}', direction = '{}', statements = {statements}, execution_ms = {execution_ms}, \
             applied_at = {} WHERE id = {}",
            self.name,
            direction.key(),
            session.now(),
            session.placeholder(1),
        );
        session.execute_with(&sql, &[Some(id)]).await.map(|_| ())
    }

    /// Records the fingerprints of the schema after a migration.
    pub(super) async fn note(&self, session: &mut Session, id: &str, text: &str) -> Result<(), DatabaseError> {
        let (fingerprint, row) = (session.placeholder(1), session.placeholder(2));
        let sql = format!("UPDATE {} SET fingerprint = {fingerprint} WHERE id = {row}", self.name);
        session.execute_with(&sql, &[Some(text), Some(id)]).await.map(|_| ())
    }

    /// Removes a migration's row.
    pub(super) async fn delete(&self, session: &mut Session, id: &str) -> Result<(), DatabaseError> {
        let sql = format!("DELETE FROM {} WHERE id = {}", self.name, session.placeholder(1));
        session.execute_with(&sql, &[Some(id)]).await.map(|_| ())
    }

    /// Removes every row.
    pub(super) async fn empty(&self, session: &mut Session) -> Result<(), DatabaseError> {
        session.execute(&format!("DELETE FROM {}", self.name)).await.map(|_| ())
    }

    /// Brings the session back to where it began, should a migration have led it elsewhere.
    pub(super) async fn go_home(&self, session: &mut Session) -> Result<(), DatabaseError> {
        match self.product {
            Product::Postgres => {
                let sql = "SELECT set_config('search_path', $1, false)";
                session.execute_with(sql, &[Some(&self.search_path)]).await.map(|_| ())
            }
            Product::MySql | Product::MariaDb => {
                let sql = format!("USE {}", sql::quote(self.product, &self.home));
                session.execute(&sql).await?;
                session.pin_mode().await
            }
            Product::Sqlite => Ok(()),
        }
    }
}

fn unreadable((product, table): (Product, &str), error: &DatabaseError) -> Error {
    let is_busy = product == Product::Sqlite && sqlite::is_busy(error);
    Error::new(format!("the history table `{table}` could not be read"))
        .of(if is_busy { ErrorKind::Busy } else { ErrorKind::Database })
        .because(error.clone())
}
