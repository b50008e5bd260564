//! Copies a database into a file, and back, by the programs of the database itself. SQLite needs none.
//!
//! Must not know why it is copied, or where the file is kept.

use std::path::Path;
use std::process::{Command, Stdio};

use sea_gen_runner::session::{ConnectionOptions, Session};
use sea_gen_runner::{Error, Result};

use crate::project::backups::{self, PrivateFile};
use crate::schema::Product;

/// Copies a database into an empty file.
///
/// # Errors
/// The program is not installed, or says why it fails.
pub(super) async fn dump(session: &mut Session, connection: &ConnectionOptions, to: &Path) -> Result<()> {
    let product = session.product();
    match product {
        Product::Sqlite => {
            let literal = to.display().to_string().replace('\'', "''");
            let done = session.execute(&format!("VACUUM INTO '{literal}'")).await;
            done.map(drop).map_err(|error| Error::new("the database cannot be copied").because(error))
        }
        Product::Postgres => {
            let mut command = Command::new("pg_dump");
            command.args(["--format=custom", "--no-password", "--file"]).arg(to).envs(connection.postgres_variables());
            run(command, "pg_dump", "postgresql-client").await
        }
        Product::MySql | Product::MariaDb => {
            let file = PrivateFile::with(&connection.client_file())?;
            let name = program(product, ["mariadb-dump", "mysqldump"]);
            let mut command = Command::new(name);
            command.arg(with_file(&file)).args([
                "--single-transaction",
                "--routines",
                "--triggers",
                "--events",
                "--hex-blob",
                "--no-tablespaces",
                "--default-character-set=utf8mb4",
            ]);
            command.arg("--result-file").arg(to).arg(connection.database());
            run(command, name, "mariadb-client").await
        }
    }
}

/// Copies a file into an empty database of a server.
///
/// # Errors
/// The program is not installed, or says why it fails.
pub(super) async fn load(product: Product, connection: &ConnectionOptions, from: &Path) -> Result<()> {
    match product {
        Product::Sqlite => Ok(()),
        Product::Postgres => {
            let mut command = Command::new("pg_restore");
            command.args(["--exit-on-error", "--single-transaction", "--no-password", "--dbname"]);
            command.arg(connection.database()).arg(from).envs(connection.postgres_variables());
            run(command, "pg_restore", "postgresql-client").await
        }
        Product::MySql | Product::MariaDb => {
            let file = PrivateFile::with(&connection.client_file())?;
            let name = program(product, ["mariadb", "mysql"]);
            let mut command = Command::new(name);
            command.arg(with_file(&file)).arg("--default-character-set=utf8mb4").arg(connection.database());
            command.stdin(backups::open(from)?);
            run(command, name, "mariadb-client").await
        }
    }
}

/// The first of two programs that is installed: MariaDB's own, or MySQL's own where the server is MySQL.
fn program(product: Product, [mariadb, mysql]: [&'static str; 2]) -> &'static str {
    let names = if product == Product::MySql { [mysql, mariadb] } else { [mariadb, mysql] };
    let is_there =
        |name: &&str| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    names.into_iter().find(is_there).unwrap_or(names[0])
}

fn with_file(file: &PrivateFile) -> String {
    format!("--defaults-extra-file={}", file.path().display())
}

/// Runs a program on another thread, and gives its words back when it fails.
async fn run(mut command: Command, name: &'static str, package: &str) -> Result<()> {
    let running = tokio::task::spawn_blocking(move || command.stdout(Stdio::null()).stderr(Stdio::piped()).output());
    let output = match running.await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::new(format!("`{name}` is not installed"))
                .hint(format!("install the programs of the database: `apt-get install {package}`")));
        }
        Ok(Err(error)) => return Err(Error::new(format!("`{name}` cannot be run")).because(error)),
        Err(error) => return Err(Error::new(format!("`{name}` cannot be run")).because(error)),
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    Err(Error::new(format!("`{name}` failed ({}): {}", output.status, lines.join("; "))))
}
