//! A database for each test, with every migration applied, in milliseconds.
//!
//! The migrations are applied once, to a template; each test gets a copy. Must not know the tests.

mod copy;
mod program;
mod server;
mod sqlite;

use sea_gen_format::checksum::sha256;

use crate::migrations::Migrations;
use crate::run::Applicable;
use crate::session::ConnectionOptions;
use crate::{Error, ErrorKind, Product, Result, Role};

use program::TestProgram;

/// The database of one test. It is removed when this value is dropped, and by the next test program if this one dies.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

/// What is to be removed.
#[derive(Debug)]
enum Place {
    File(std::path::PathBuf),
    Database { server: String, name: String },
    Removed,
}

impl TestDatabase {
    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes it. Connections to it are ended; those to a file of SQLite stay open, and on Windows keep the file.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the server's refusal.
    pub async fn remove(mut self) -> Result<()> {
        match std::mem::replace(&mut self.place, Place::Removed) {
            Place::File(path) => sqlite::remove(&path),
            Place::Database { server, name } => server::remove(&server, &name).await,
            Place::Removed => Ok(()),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.place, Place::Removed) {
            // What stays is removed by the next test program.
            Place::File(path) => drop(sqlite::remove(&path)),
            Place::Database { server, name } => server::remove_blocking(server, name),
            Place::Removed => {}
        }
    }
}

/// A database with every migration applied, for one test.
///
/// `url` is that of the server, with a database whose user may create others; for SQLite `sqlite::memory:` or any other URL of
/// SQLite, since the files are kept in the temporary folder of the system. The first call applies the migrations to a template, and
/// so does the first call after they have changed: PostgreSQL copies it by `CREATE DATABASE … TEMPLATE`, SQLite as a file, MySQL and
/// MariaDB from the statements by which the server prints it. Safe in any number of threads and processes, as `cargo test` and
/// `cargo nextest` start them.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use sea_gen_runner::{Migrations, Product, testing};
///
/// let create_book = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
/// let migrations = Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", create_book)])?;
///
/// let database = testing::database(&migrations, "sqlite::memory:").await?;
/// migrations.ensure_current(database.url()).await?;
/// # Ok::<(), sea_gen_runner::Error>(()) }).unwrap();
/// ```
///
/// # Errors
/// [`ErrorKind::Database`]: the server cannot be reached, or refuses to create a database. Those of [`Migrations::up`].
pub async fn database(migrations: &Migrations, url: &str) -> Result<TestDatabase> {
    let options = ConnectionOptions::parse(url, std::path::Path::new(""))?;
    let program = TestProgram::this()?;
    match options.product_hint() {
        Product::Sqlite => sqlite::database(migrations, program).await,
        Product::Postgres | Product::MySql | Product::MariaDb => {
            server::database(migrations, &options, url, program).await
        }
    }
}

/// Removes the test databases of programs that are gone. The first call of [`database`] in a program does it too.
///
/// # Errors
/// [`ErrorKind::Database`]: the server cannot be reached.
pub async fn clean(url: &str) -> Result<()> {
    let options = ConnectionOptions::parse(url, std::path::Path::new(""))?;
    let program = TestProgram::this()?;
    match options.product_hint() {
        Product::Sqlite => sqlite::clean(program),
        Product::Postgres | Product::MySql | Product::MariaDb => server::clean(&options, program).await?,
    }
    Ok(())
}

/// A name for the migrations of a product: another one as soon as one of them does something else. `seen` is what else decides.
fn fingerprint(migrations: &Migrations, product: Product, seen: &str) -> Result<String> {
    let files = migrations.applicable(product)?;
    let mut text: Vec<String> = files.iter().map(|file| format!("{} {}", file.id(), file.checksum)).collect();
    text.extend([migrations.history().unwrap_or_default().to_owned(), seen.to_owned()]);
    let calls = |file: &Applicable<'_>| file.migration.up.iter().any(|it| matches!(it.role, Role::Rust { .. }));
    if files.iter().any(calls) {
        // What a function of the program does, the program says.
        text.extend(program::build());
    }
    Ok(short(&text.join("\n"), 16))
}

/// A name for the project: its first migration stays the same as others are added.
fn project(migrations: &Migrations, product: Product) -> Result<String> {
    let files = migrations.applicable(product)?;
    Ok(short(&files.first().map(|file| format!("{} {}", file.id(), file.checksum)).unwrap_or_default(), 8))
}

fn short(text: &str, length: usize) -> String {
    let mut digits = sha256(text);
    digits.truncate(length);
    digits
}

fn on_disk(what: &str, path: &std::path::Path, error: std::io::Error) -> Error {
    Error::new(format!("`{}` could not be {what}", path.display()))
        .of(ErrorKind::Other)
        .hint("test databases are kept in the temporary folder: see `TMPDIR`")
        .because(error)
}
