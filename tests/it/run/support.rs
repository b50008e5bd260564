//! A separate database for each test of the runner, and short migrations.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_gen::dialect::{Product, Statement};
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, Outcome, Progress, Record, Target};
use sea_gen_runner::session::{Missing, Rows, Session};

/// A deadline that only tests of the deadline reach.
pub const WAIT: Duration = Duration::from_secs(60);

/// The database of one test.
pub struct Database {
    pub url: String,
    pub session: Session,
    admin: Option<(Session, String)>,
    directory: Option<tempfile::TempDir>,
}

impl Database {
    /// SQLite is always available, in a file so that two sessions can open it.
    pub async fn create(product: Product, test: &str) -> Self {
        let variable = match product {
            Product::Sqlite => {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let url = format!("sqlite://{}?mode=rwc", directory.path().join("test.db").display());
                let session =
                    Session::connect(&crate::support::connection(&url), Missing::Create).await.expect("a new file");
                return Self { url, session, admin: None, directory: Some(directory) };
            }
            Product::Postgres => "DATABASE_URL_POSTGRES",
            Product::MySql => "DATABASE_URL_MYSQL",
            Product::MariaDb => "DATABASE_URL_MARIADB",
        };
        let server = crate::support::url(variable);
        let name = format!("run_{test}");
        let mut admin =
            Session::connect(&crate::support::connection(&server), Missing::Refuse).await.expect("the server answers");
        admin.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("an old database goes");
        admin.execute(&format!("CREATE DATABASE {name}")).await.expect("a new database");
        let mut url = url::Url::parse(&server).expect("a URL");
        url.set_path(&name);
        let url = url.to_string();
        let session = Session::connect(&crate::support::connection(&url), Missing::Refuse)
            .await
            .expect("the new database answers");
        Self { url, session, admin: Some((admin, name)), directory: None }
    }

    /// One more connection.
    pub async fn another(&self) -> Session {
        Session::connect(&crate::support::connection(&self.url), Missing::Refuse).await.expect("a second connection")
    }

    /// Whatever a test did to the history, the log has one chain.
    pub async fn remove(mut self) {
        let lines = run::log(&mut self.session).await.expect("a log");
        let broken: Vec<_> = run::flaws(&lines, &[], None).into_iter().filter(|flaw| flaw.line.is_some()).collect();
        assert!(broken.is_empty(), "{broken:?}");
        self.session.close().await;
        if let Some((mut admin, name)) = self.admin {
            let force = if admin.product() == Product::Postgres { " WITH (FORCE)" } else { "" };
            admin.execute(&format!("DROP DATABASE {name}{force}")).await.expect("the database goes");
            admin.close().await;
        }
        drop(self.directory);
    }

    pub async fn up(&mut self, files: &Files) -> sea_gen_runner::Result<Vec<Outcome>> {
        run::go(&mut self.session, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ()).await
    }

    pub async fn down(&mut self, files: &Files, target: Target) -> sea_gen_runner::Result<Vec<Outcome>> {
        run::go(&mut self.session, &files.all(), run::Course::Down(&target), WAIT, &mut |_| ()).await
    }

    pub async fn history(&mut self) -> Vec<Record> {
        run::history(&mut self.session).await.expect("a history")
    }

    /// The tables in the catalog, without the history table.
    pub async fn tables(&mut self) -> Vec<String> {
        let sql = match self.session.product() {
            Product::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sea_gen_history%' ORDER BY name"
            }
            Product::Postgres => {
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
                 AND relname NOT LIKE 'sea_gen_history%' ORDER BY relname"
            }
            Product::MySql | Product::MariaDb => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
                 AND table_name NOT LIKE 'sea_gen_history%' ORDER BY table_name"
            }
        };
        let rows = self.query(sql).await;
        rows.iter().map(|row| row.text(0).to_owned()).collect()
    }

    pub async fn query(&mut self, sql: &str) -> Rows {
        self.session.query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub async fn value(&mut self, sql: &str) -> String {
        self.query(sql).await.first().map(|row| row.text(0).to_owned()).unwrap_or_default()
    }
}

/// A folder of migrations.
#[derive(Clone)]
pub struct Files {
    pub product: Product,
    pub migrations: Vec<(Migration, String)>,
}

impl Files {
    pub fn new(product: Product) -> Self {
        Self { product, migrations: Vec::new() }
    }

    /// Adds a migration; a statement that begins with `!` must not run in a transaction.
    pub fn with(mut self, id: &str, up: &[&str], down: &[&str]) -> Self {
        let statements = |texts: &[&str]| -> Vec<Statement> {
            let one = |text: &&str| match text.strip_prefix('!') {
                Some(sql) => Statement { transactional: false, ..Statement::new(sql) },
                None => Statement::new(*text),
            };
            texts.iter().map(one).collect()
        };
        let migration = Migration {
            id: serde_json::from_value(serde_json::Value::String(id.to_owned())).expect("an id"),
            product: self.product,
            from: None,
            to: Some(format!("after {id}")),
            merged: Default::default(),
            contracts: None,
            up: statements(up),
            down: statements(down),
        };
        self.migrations.push((migration, format!("checksum of {id}")));
        self
    }

    /// Tables `one`, `two`, `three`, each created by a separate migration.
    pub fn three(product: Product) -> Self {
        ["one", "two", "three"].into_iter().enumerate().fold(Self::new(product), |files, (index, name)| {
            let (create, drop) = (format!("CREATE TABLE {name} (id integer)"), format!("DROP TABLE {name}"));
            files.with(&format!("2026010{}_000000_{name}", index + 1), &[&create], &[&drop])
        })
    }

    pub fn all(&self) -> Vec<Applicable<'_>> {
        self.migrations.iter().map(Applicable::from).collect()
    }
}

/// Collects what a runner reports, in words.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub fn watch(&self) -> impl FnMut(Progress<'_>) + Send + use<> {
        let lines = self.0.clone();
        move |progress| {
            let line = match progress {
                Progress::Waiting { holder } => format!("waiting for {}", holder.unwrap_or("somebody")),
                Progress::Started { id, direction, statements } => format!("{direction} {id} ({statements})"),
                Progress::Statement { number, of, sql } => format!("{number}/{of} {sql}"),
                Progress::Batch { rows } => format!("{rows} rows"),
                Progress::Noting { what } => format!("note: {what}"),
                Progress::Stepping { why } => format!("stepping back: {why}"),
                Progress::Finished(outcome) => format!("done {}", outcome.id),
                _ => return,
            };
            lines.lock().expect("no poison").push(line);
        }
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no poison").clone()
    }
}

/// The whole text of an error: message, reasons, hints.
pub fn said(error: &sea_gen_runner::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        text.push_str("\nbecause ");
        text.push_str(&reason.to_string());
        source = reason.source();
    }
    for hint in error.hints() {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}

/// Runs a future on a new runtime.
pub fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
