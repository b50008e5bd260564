//! The history table: its columns, its rows, and how an earlier version's table is brought up to date.
//!
//! Must not know how migrations are run or which of them are wanted.

use std::time::Duration;

use crate::migration::{self, Migration};
use crate::session::{self, DatabaseError, Session, sqlite};
use crate::{Error, ErrorKind, Result};
use crate::{Product, sql};

use super::history::{Record, State};
use super::journal::Journal;
use super::{Applicable, Direction, Outcome, lock, log};

pub(super) const TEXT: &str = "TEXT";

/// The columns since the first version.
const COLUMNS: [(&str, &str); 10] = [
    ("id", "VARCHAR(255) NOT NULL PRIMARY KEY"),
    ("name", "VARCHAR(255) NOT NULL"),
    ("checksum", "VARCHAR(128) NOT NULL"),
    ("applied_at", "VARCHAR(32) NOT NULL"),
    ("execution_ms", "BIGINT NOT NULL"),
    ("status", "VARCHAR(16) NOT NULL"),
    ("direction", "VARCHAR(8) NOT NULL"),
    ("statements", "INTEGER NOT NULL"),
    ("tool_version", "VARCHAR(64) NOT NULL"),
    ("fingerprint", "VARCHAR(128)"),
];

/// The columns that came later: a table without them is read as if they were NULL.
const ADDED: [(&str, &str); 3] = [("owner", "VARCHAR(64)"), ("journal", TEXT), ("down", TEXT)];

/// The rows of repeatable files have a path in place of an id.
pub(super) const OF_MIGRATIONS: &str = "id NOT LIKE '%/%'";

pub(super) fn is_of_file(id: &str) -> bool {
    id.contains('/')
}

/// The part of a row that changes while a migration runs.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) status: State,
    /// How many statements are done.
    pub(super) statements: usize,
    pub(super) execution_ms: u64,
    pub(super) owner: Option<&'a str>,
    pub(super) journal: Option<&'a Journal>,
}

impl Entry<'_> {
    /// A row that no run writes to again.
    pub(super) fn resolved(status: State) -> Self {
        Self { status, statements: 0, execution_ms: 0, owner: None, journal: None }
    }
}

/// The DOWN section of a migration as the text of a migration file; `None` if it is empty.
pub(super) fn down_text(migration: &Migration) -> Option<String> {
    let down = Migration { up: Vec::new(), ..migration.clone() };
    (!down.down.is_empty()).then(|| migration::text(&down))
}

/// Where the history table is, found once and named in full from then on: a migration may change the search path (every dump
/// made by pg_dump does) or the current database.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) product: Product,
    /// The schema or database that was the session's own in the beginning; for PostgreSQL the search path beside it.
    home: String,
    search_path: String,
    /// The table's name, and its quoted full name.
    table: String,
    pub(super) name: String,
    /// The names of its columns; none if it does not exist.
    columns: Vec<String>,
    /// The quoted full name of its log, and whether that exists.
    pub(super) log: String,
    pub(super) has_log: bool,
}

impl Table {
    pub(super) async fn locate(session: &mut Session) -> Result<Self> {
        let (product, table) = (session.product(), session.history_table().to_owned());
        let sql = Self::locating(product, &table);
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
        Ok(Self::located(product, table, [home, row.text(1), row.text(2), row.text(3)]))
    }

    /// The query that finds out where the table is: the home of the session, its search path, the table's columns, and the number of
    /// logs (0 or 1).
    pub(super) fn locating(product: Product, table: &str) -> String {
        let log = log::table_of(table);
        match product {
            Product::Postgres => format!(
                "SELECT current_schema(), current_setting('search_path'), \
                        (SELECT string_agg(a.attname, ' ') FROM pg_catalog.pg_attribute a \
                           JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
                           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                          WHERE n.nspname = current_schema() AND c.relname = '{table}' AND a.attnum > 0 \
                            AND NOT a.attisdropped), \
                        (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                          WHERE n.nspname = current_schema() AND c.relname = '{log}')"
            ),
            Product::MySql | Product::MariaDb => format!(
                "SELECT DATABASE(), '', (SELECT GROUP_CONCAT(column_name SEPARATOR ' ') FROM information_schema.columns \
                  WHERE table_schema = DATABASE() AND table_name = '{table}'), \
                 (SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{log}')"
            ),
            Product::Sqlite => {
                format!(
                    "SELECT 'main', '', (SELECT group_concat(name, ' ') FROM pragma_table_info('{table}', 'main')), \
                     (SELECT count(*) FROM main.sqlite_schema WHERE name = '{log}')"
                )
            }
        }
    }

    /// The table, from what the query has found.
    pub(super) fn located(product: Product, table: String, [home, search_path, columns, logs]: [&str; 4]) -> Self {
        let quote = |name: &str| sql::quote(product, name);
        Self {
            product,
            home: home.to_owned(),
            search_path: search_path.to_owned(),
            name: format!("{}.{}", quote(home), quote(&table)),
            log: format!("{}.{}", quote(home), quote(&log::table_of(&table))),
            has_log: logs == "1",
            table,
            columns: columns.split_whitespace().map(str::to_lowercase).collect(),
        }
    }

    /// Creates the table and its log if they do not exist, and adds the columns that an earlier version did not have. Only under the lock: two
    /// `CREATE TABLE IF NOT EXISTS` at once fail on PostgreSQL.
    pub(super) async fn create(&mut self, session: &mut Session, wait: Duration) -> Result<()> {
        let statements = self.missing();
        if statements.is_empty() {
            return Ok(());
        }
        let is_locked = self.product != Product::Sqlite;
        let alone = statements.first().filter(|_| is_locked && statements.len() == 1);
        if alone.is_none() {
            lock::begin(session, wait).await?;
            // On SQLite that was the lock, and another process may have been faster.
            *self = Self::locate(session).await?;
        }
        let written = async {
            if let Some(sql) = alone {
                return session.execute(sql).await.map(drop);
            }
            for sql in self.missing() {
                session.execute(&sql).await?;
            }
            session.commit().await
        };
        if let Err(error) = written.await {
            let _ = session.rollback().await;
            let right = match self.product {
                Product::Postgres if !self.columns.is_empty() && self.has_log => {
                    format!("ALTER TABLE {} OWNER TO …", self.name)
                }
                Product::Postgres => {
                    format!("GRANT USAGE, CREATE ON SCHEMA {} TO …", sql::quote(self.product, &self.home))
                }
                Product::MySql | Product::MariaDb => format!("GRANT ALL ON {}.* TO …", self.home),
                Product::Sqlite => "check that the file and its folder can be written".to_owned(),
            };
            let (what, takes) = match self.columns.is_empty() {
                true => ("created", "the right to create tables"),
                false => ("brought up to date", "the right to alter the table of an earlier version"),
            };
            return Err(Error::new(format!("the history table {} could not be {what}", self.name))
                .of(ErrorKind::Database)
                .hint(format!("running migrations takes {takes}: {right}"))
                .because(error));
        }
        let made = COLUMNS.iter().chain(&ADDED).map(|(name, _)| (*name).to_owned());
        (self.columns, self.has_log) = (made.collect(), true);
        Ok(())
    }

    /// The statements that make the table what this version writes to.
    pub(super) fn missing(&self) -> Vec<String> {
        let declared = |(name, data_type): &(&str, &str)| format!("{name} {}", self.data_type(data_type));
        let log = (!self.has_log).then(|| self.log_creation());
        if self.columns.is_empty() {
            let columns: Vec<String> = COLUMNS.iter().chain(&ADDED).map(declared).collect();
            let history = format!("CREATE TABLE IF NOT EXISTS {} ({})", self.name, columns.join(", "));
            return std::iter::once(history).chain(log).collect();
        }
        let absent = ADDED.iter().filter(|(name, _)| !self.has(name));
        let columns = absent.map(|column| format!("ALTER TABLE {} ADD COLUMN {}", self.name, declared(column)));
        columns.chain(log).collect()
    }

    /// Texts of any length.
    pub(super) fn data_type<'t>(&self, data_type: &'t str) -> &'t str {
        match (data_type, self.product) {
            (TEXT, Product::MySql | Product::MariaDb) => "LONGTEXT",
            (data_type, _) => data_type,
        }
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|it| it == column)
    }

    pub(super) async fn read(&self, session: &mut Session) -> Result<Vec<Record>> {
        if self.columns.is_empty() {
            return Ok(Vec::new());
        }
        let columns = COLUMNS.iter().map(|(name, _)| *name);
        let added = ADDED.iter().map(|(name, _)| if self.has(name) { *name } else { "NULL" });
        let listed: Vec<&str> = columns.chain(added).collect();
        let sql = format!("SELECT {} FROM {}", listed.join(", "), self.name);
        let mut records = Vec::new();
        for row in &session.query(&sql).await.map_err(|error| unreadable((self.product, &self.table), &error))? {
            if is_of_file(row.text(0)) {
                continue;
            }
            let status = State::ALL.into_iter().find(|status| status.key() == row.text(5));
            let direction = Direction::ALL.into_iter().find(|direction| direction.key() == row.text(6));
            let journal = row.get(11).map(serde_json::from_str).transpose();
            let (Some(status), Some(direction), Ok(journal)) = (status, direction, journal) else {
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
                owner: row.get(10).map(str::to_owned),
                journal,
                down: row.get(12).map(str::to_owned),
            });
        }
        // The order of a collation is not the order of ids.
        records.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(records)
    }

    /// Whether a migration is half done.
    pub(super) async fn holds_unfinished(&self, session: &mut Session) -> Result<bool> {
        let sql =
            format!("SELECT count(*) FROM {} WHERE status IN ('running', 'failed') AND {OF_MIGRATIONS}", self.name);
        let rows = session.query(&sql).await.map_err(|error| unreadable((self.product, &self.table), &error))?;
        Ok(rows.first().is_some_and(|row| row.text(0) != "0"))
    }

    /// Whether the history is as a migration left it: this many rows, none of a partially applied migration, and the migration's
    /// own row exists, or does not after `down`. The database counts, so that a long history is not read for every migration.
    pub(super) async fn is_left_by(&self, session: &mut Session, last: &Outcome, rows: usize) -> Result<bool> {
        let sql = format!(
            "SELECT count(*), count(CASE WHEN status IN ('running', 'failed') THEN 1 END), \
             count(CASE WHEN id = '{}' THEN 1 END) FROM {} WHERE {OF_MIGRATIONS}",
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

    /// Writes a migration's row, with its DOWN section.
    pub(super) async fn insert(
        &self,
        session: &mut Session,
        file: &Applicable<'_>,
        written: &Entry<'_>,
        fingerprint: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let (sql, values) = self.insertion(file, written, fingerprint);
        let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
        session.execute_with(&sql, &values).await.map(|_| ())
    }

    /// The statement that writes a migration's row, and its values.
    pub(super) fn insertion(
        &self,
        file: &Applicable<'_>,
        written: &Entry<'_>,
        fingerprint: Option<&str>,
    ) -> (String, Vec<Option<String>>) {
        let id = file.id();
        let name = id.splitn(3, '_').nth(2).unwrap_or(&id).to_owned();
        let value: Vec<String> = (1..=8).map(|index| session::placeholder(self.product, index)).collect();
        let listed: Vec<&str> = COLUMNS.iter().chain(&ADDED).map(|(name, _)| *name).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({}, {}, {}, '{}', '{}', {}, {})",
            self.name,
            listed.join(", "),
            value.get(..3).unwrap_or_default().join(", "),
            session::now(self.product),
            written.execution_ms,
            written.status,
            Direction::Up.key(),
            written.statements,
            value.get(3..).unwrap_or_default().join(", "),
        );
        let values = vec![
            Some(id),
            Some(name),
            Some(file.checksum.clone()),
            Some(env!("CARGO_PKG_VERSION").to_owned()),
            fingerprint.map(str::to_owned),
            written.owner.map(str::to_owned),
            written.journal.map(Journal::text),
            down_text(file.migration),
        ];
        (sql, values)
    }

    /// Updates the row of a migration that the run `written.owner` executes. Returns false if another run has taken it over.
    pub(super) async fn update(
        &self,
        session: &mut Session,
        id: &str,
        direction: Direction,
        written: &Entry<'_>,
    ) -> Result<bool, DatabaseError> {
        let [journal, row, owner] = [1, 2, 3].map(|index| session.placeholder(index));
        let sql = format!(
            "UPDATE {} SET status = '{}', direction = '{direction}', statements = {}, execution_ms = {}, applied_at = {}, \
             journal = {journal} WHERE id = {row} AND owner = {owner}",
            self.name,
            written.status,
            written.statements,
            written.execution_ms,
            session.now(),
        );
        let text = written.journal.map(Journal::text);
        Ok(session.execute_with(&sql, &[text.as_deref(), Some(id), written.owner]).await? > 0)
    }

    /// Makes this run the one that executes a migration. The checksum is that of the file it executes. Returns false if the row is
    /// not the one that was read `before`: another run was faster.
    pub(super) async fn take_over(
        &self,
        session: &mut Session,
        file: &Applicable<'_>,
        (before, owner): (Option<&Record>, &str),
    ) -> Result<bool, DatabaseError> {
        let value: Vec<String> = (1..=7).map(|index| session.placeholder(index)).collect();
        let [new, checksum, down, to, version, row, old] = value.as_slice() else { return Ok(false) };
        let sql = format!(
            "UPDATE {} SET owner = {new}, checksum = {checksum}, down = COALESCE({down}, down), \
             fingerprint = COALESCE({to}, fingerprint), tool_version = {version} WHERE id = {row}",
            self.name
        );
        let down = down_text(file.migration);
        let mut values = vec![
            Some(owner),
            Some(file.checksum.as_str()),
            down.as_deref(),
            file.migration.to.as_deref(),
            Some(env!("CARGO_PKG_VERSION")),
            Some(file.migration.id.as_str()),
        ];
        let Some(before) = before else { return Ok(session.execute_with(&sql, &values).await? > 0) };
        values.push(Some(before.owner.as_deref().unwrap_or_default()));
        let sql = format!("{sql} AND COALESCE(owner, '') = {old} AND statements = {}", before.statements);
        Ok(session.execute_with(&sql, &values).await? > 0)
    }

    /// Writes the id that a migration has now into its row, and what else of its file is recorded.
    pub(super) async fn rename(
        &self,
        session: &mut Session,
        record: &Record,
        file: &Applicable<'_>,
    ) -> Result<(), DatabaseError> {
        let value: Vec<String> = (1..=5).map(|index| session.placeholder(index)).collect();
        let [new, name, checksum, down, old] = value.as_slice() else { return Ok(()) };
        let is_executed = record.owner.is_some() && record.status.is_done();
        let statements = if is_executed { file.migration.up.len() } else { record.statements };
        let sql = format!(
            "UPDATE {} SET id = {new}, name = {name}, checksum = {checksum}, down = COALESCE({down}, down), \
             statements = {statements} WHERE id = {old}",
            self.name
        );
        let down = down_text(file.migration).filter(|_| is_executed);
        let id = file.id();
        let values = [
            Some(id.as_str()),
            Some(file.migration.id.name()),
            Some(file.checksum.as_str()),
            down.as_deref(),
            Some(record.id.as_str()),
        ];
        session.execute_with(&sql, &values).await.map(|_| ())
    }

    /// Records the fingerprints of the schema after a migration.
    pub(super) async fn note(&self, session: &mut Session, id: &str, text: &str) -> Result<(), DatabaseError> {
        let (fingerprint, row) = (session.placeholder(1), session.placeholder(2));
        let sql = format!("UPDATE {} SET fingerprint = {fingerprint} WHERE id = {row}", self.name);
        session.execute_with(&sql, &[Some(text), Some(id)]).await.map(|_| ())
    }

    /// Removes a migration's row.
    pub(super) async fn delete(&self, session: &mut Session, id: &str) -> Result<(), DatabaseError> {
        session.execute_with(&self.deletion(), &[Some(id)]).await.map(|_| ())
    }

    /// The statement that removes a migration's row; its value is the id.
    pub(super) fn deletion(&self) -> String {
        format!("DELETE FROM {} WHERE id = {}", self.name, session::placeholder(self.product, 1))
    }

    /// Whether the table is there.
    pub(super) fn exists(&self) -> bool {
        !self.columns.is_empty()
    }

    /// The query of a migration's state; its value is the id.
    #[cfg(feature = "sea-orm-migration")]
    pub(super) fn asking(&self) -> String {
        format!("SELECT status FROM {} WHERE id = {}", self.name, session::placeholder(self.product, 1))
    }

    /// Removes the row of a migration that the run `owner` executes. Returns false if another run has taken it over.
    pub(super) async fn delete_own(&self, session: &mut Session, id: &str, owner: &str) -> Result<bool, DatabaseError> {
        let (row, own) = (session.placeholder(1), session.placeholder(2));
        let sql = format!("DELETE FROM {} WHERE id = {row} AND owner = {own}", self.name);
        Ok(session.execute_with(&sql, &[Some(id), Some(owner)]).await? > 0)
    }

    /// Its quoted full name; `None` if it does not exist.
    pub(super) fn found(&self) -> Option<&str> {
        (!self.columns.is_empty()).then_some(self.name.as_str())
    }

    /// The error of a failed query.
    pub(super) fn unreadable(&self, error: &DatabaseError) -> Error {
        unreadable((self.product, &self.table), error)
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
                session.execute("SET SESSION autocommit = 1").await?;
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
