//! What tests share: the servers in the environment, scratch databases, and the built `gen` binary.
//!
//! Must not know what is tested.

#![allow(dead_code, reason = "every test binary that includes this file uses a part of it")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use sea_gen::schema::Product;
use sea_gen::schema::Schema;
use sea_gen_runner::session::{ConnectionOptions, DatabaseError, Missing, Session};
use url::Url;

/// The environment variable that names a product's server; SQLite needs none.
pub fn variable(product: Product) -> Option<&'static str> {
    match product {
        Product::Sqlite => None,
        Product::Postgres => Some("DATABASE_URL_POSTGRES"),
        Product::MySql => Some("DATABASE_URL_MYSQL"),
        Product::MariaDb => Some("DATABASE_URL_MARIADB"),
    }
}

/// A schema whose tables are not noted as normalised, so that all of it is normalised again.
pub fn unnoted(schema: &Schema) -> Schema {
    Schema { tables: schema.tables.clone().into_iter().collect(), ..schema.clone() }
}

/// The connection options of a URL; a relative file starts at the current folder.
pub fn connection(url: &str) -> ConnectionOptions {
    ConnectionOptions::parse(url, Path::new("")).unwrap_or_else(|error| panic!("{error}: {:?}", error.hints()))
}

/// The tests of one function on the three servers; each is ignored if its server is missing.
#[allow(unused_macros, reason = "the cases make their trials themselves")]
macro_rules! on_servers {
    ($test:ident) => {
        #[apply(test_on_postgres)]
        fn postgres() {
            super::$test(sea_gen::schema::Product::Postgres);
        }

        #[apply(test_on_mysql)]
        fn mysql() {
            super::$test(sea_gen::schema::Product::MySql);
        }

        #[apply(test_on_mariadb)]
        fn mariadb() {
            super::$test(sea_gen::schema::Product::MariaDb);
        }
    };
}

/// One test for each database; ignored if its server is missing.
#[allow(unused_macros, reason = "the cases make their trials themselves")]
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            #[apply(test)]
            fn sqlite() {
                super::$test(sea_gen::schema::Product::Sqlite);
            }

            $crate::support::on_servers!($test);
        }
    )*};
}

#[allow(unused_imports, reason = "the cases make their trials themselves")]
pub(crate) use {on_each, on_servers};

/// The URL of a server, from its environment variable. A test without it is ignored, unless it lacks the attribute that says so.
pub fn url(variable: &str) -> String {
    value(variable).unwrap_or_else(|| panic!("{variable} is not set: give this test the attribute of its server"))
}

fn value(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}

/// Whether a product can be tested here.
pub fn is_at_hand(product: Product) -> bool {
    variable(product).is_none_or(|variable| value(variable).is_some())
}

/// A separate database for one test.
pub struct Scratch {
    /// Its URL.
    pub url: String,
    home: Home,
}

enum Home {
    /// A file in a folder that is deleted with this value.
    File(tempfile::TempDir),
    Server {
        url: String,
        drop: String,
    },
}

impl Scratch {
    /// Makes an empty database.
    ///
    /// # Errors
    /// The server's refusal, or a missing environment variable.
    pub async fn create(product: Product) -> Result<Self, DatabaseError> {
        let Some(variable) = variable(product) else {
            let folder = tempfile::tempdir().map_err(refusal)?;
            let url = format!("sqlite://{}", folder.path().join("scratch.db").display());
            return Ok(Self { url, home: Home::File(folder) });
        };
        let server = value(variable).ok_or_else(|| refusal(format!("{variable} is not set")))?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sea_gen_test_{}_{number}", std::process::id());
        let create = match product {
            // The default template cannot be copied while a session is connected to it.
            Product::Postgres => format!("CREATE DATABASE {name} TEMPLATE template0"),
            _ => format!("CREATE DATABASE {name}"),
        };
        let drop = match product {
            Product::Postgres => format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            _ => format!("DROP DATABASE IF EXISTS {name}"),
        };
        run(&server, &create).await?;
        let mut url = Url::parse(&server).map_err(refusal)?;
        url.set_path(&name);
        Ok(Self { url: url.into(), home: Home::Server { url: server, drop } })
    }

    /// Connects to it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn connect(&self) -> Result<Session, DatabaseError> {
        Session::connect(&connection(&self.url), Missing::Create).await.map_err(|error| error.error)
    }

    /// Removes it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn remove(self) -> Result<(), DatabaseError> {
        match self.home {
            Home::File(folder) => folder.close().map_err(refusal),
            Home::Server { url, drop } => run(&url, &drop).await,
        }
    }
}

async fn run(url: &str, sql: &str) -> Result<(), DatabaseError> {
    let mut session = Session::connect(&connection(url), Missing::Refuse).await.map_err(|error| error.error)?;
    session.execute(sql).await?;
    session.close().await;
    Ok(())
}

fn refusal(reason: impl ToString) -> DatabaseError {
    DatabaseError { message: reason.to_string(), code: None }
}

/// Runs the built binary in a folder, without the environment variables that would change its behaviour.
pub fn generate(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    generator(folder).args(arguments).output()
}

/// `gen` in a folder, without a database in its environment.
pub fn generator(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
    command.current_dir(folder).env_remove("DATABASE_URL").env("NO_COLOR", "1");
    command
}
