//! Copies a database into a file, and back, by the programs of the database itself. SQLite needs none.
//!
//! Must not know why it is copied, or where the file is kept.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sea_gen_runner::session::{ConnectionOptions, Session, Unfinished, interrupted, mysql_or_mariadb};
use sea_gen_runner::{Error, ErrorKind, Result};

use crate::project::backups::{self, PrivateFile};
use crate::schema::Product;

/// The pause between two questions whether a program has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// What a person has set for PostgreSQL's programs, and would lead them to another database.
const POSTGRES_DETOURS: [&str; 3] = ["PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR"];

/// Copies a database into an empty file.
///
/// # Errors
/// The program is not installed, or says why it fails; an interrupt was requested.
pub(super) async fn dump(session: &mut Session, connection: &ConnectionOptions, to: &Path) -> Result<()> {
    let product = session.product();
    match product {
        Product::Sqlite => {
            let literal = to.display().to_string().replace('\'', "''");
            let done = session.execute(&format!("VACUUM INTO '{literal}'")).await;
            done.map(drop).map_err(|error| Error::new("the database cannot be copied").because(error))
        }
        Product::Postgres => {
            let mut command = of_postgres("pg_dump", connection);
            command.args(["--format=custom", "--no-password", "--file"]).arg(to);
            run(command, "pg_dump", "postgresql-client").await
        }
        Product::MySql | Product::MariaDb => {
            let program = Program::find(product, ["mariadb-dump", "mysqldump"]);
            let (mut command, _file) = program.command(connection)?;
            command.args([
                "--single-transaction",
                "--routines",
                "--triggers",
                "--events",
                "--hex-blob",
                "--no-tablespaces",
                "--default-character-set=utf8mb4",
            ]);
            if program.maker == Product::MySql {
                // Those of the server would be set when the backup is restored, into whatever server.
                command.arg("--set-gtid-purged=OFF");
            }
            command.arg("--result-file").arg(to).arg(connection.database());
            run(command, program.name, "mariadb-client").await
        }
    }
}

/// Copies a file into an empty database of a server.
///
/// # Errors
/// The program is not installed, or says why it fails; an interrupt was requested.
pub(super) async fn load(product: Product, connection: &ConnectionOptions, from: &Path) -> Result<()> {
    match product {
        Product::Sqlite => Ok(()),
        Product::Postgres => {
            let mut command = of_postgres("pg_restore", connection);
            command.args(["--exit-on-error", "--single-transaction", "--no-password", "--dbname"]);
            command.arg(connection.database()).arg(from);
            run(command, "pg_restore", "postgresql-client").await
        }
        Product::MySql | Product::MariaDb => {
            let program = Program::find(product, ["mariadb", "mysql"]);
            let (mut command, _file) = program.command(connection)?;
            // In binary mode the client knows no command of its own, such as `\!`, which runs a program.
            command.args(["--default-character-set=utf8mb4", "--binary-mode", "--one-database"]);
            command.arg(connection.database());
            command.stdin(backups::open(from)?);
            run(command, program.name, "mariadb-client").await
        }
    }
}

/// Refuses a file that names the database itself, as `mysqldump --databases` writes it: it would go there, whatever database is meant.
///
/// # Errors
/// The line, or a file that cannot be read.
pub(super) fn refuse_other_databases(file: &Path) -> Result<()> {
    let cannot_be_read = |error| Error::new(format!("{} cannot be read", file.display())).because(error);
    for (at, line) in BufReader::new(backups::open(file)?).split(b'\n').enumerate() {
        let line = line.map_err(cannot_be_read)?;
        let start = String::from_utf8_lossy(line.get(..80).unwrap_or(&line)).into_owned();
        if names_database(&start) {
            let shown = start.trim().trim_end_matches(';');
            return Err(Error::new(format!(
                "{}:{}: `{shown}` leads to another database than the one that is restored",
                file.display(),
                at + 1
            ))
            .of(ErrorKind::Refused)
            .hint("make the backup without `--databases`: `mysqldump --routines --triggers --events NAME > FILE`")
            .hint("or take these lines out of the file"));
        }
    }
    Ok(())
}

/// Whether a line begins with `USE`, or makes or drops a database.
fn names_database(line: &str) -> bool {
    let plain = line.trim_start().trim_start_matches("/*!").trim_start_matches(|digit: char| digit.is_ascii_digit());
    let mut words = plain.split_whitespace().map(str::to_ascii_uppercase);
    match (words.next().as_deref(), words.next().as_deref()) {
        (Some("USE"), Some(_)) => true,
        (Some("CREATE" | "DROP" | "ALTER"), Some("DATABASE" | "SCHEMA")) => true,
        _ => plain.len() > 4 && plain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("USE`")),
    }
}

fn of_postgres(name: &str, connection: &ConnectionOptions) -> Command {
    let mut command = Command::new(name);
    for variable in POSTGRES_DETOURS {
        command.env_remove(variable);
    }
    command.envs(connection.postgres_variables());
    command
}

/// A program of MySQL or MariaDB.
struct Program {
    name: &'static str,
    /// Whose it is: the options differ.
    maker: Product,
}

impl Program {
    /// The first of two programs that is installed: MariaDB's own, or MySQL's own where the server is MySQL. The program with
    /// MySQL's name may be MariaDB's.
    fn find(product: Product, [mariadb, mysql]: [&'static str; 2]) -> Self {
        let names = if product == Product::MySql { [mysql, mariadb] } else { [mariadb, mysql] };
        let asked = |name: &'static str| {
            let output = Command::new(name).arg("--version").stderr(Stdio::null()).output().ok()?;
            Some(Self { name, maker: mysql_or_mariadb(&String::from_utf8_lossy(&output.stdout)) })
        };
        names.into_iter().find_map(asked).unwrap_or(Self { name: names[0], maker: product })
    }

    /// It with the options by which it connects, which are in a file, and with no others.
    fn command(&self, connection: &ConnectionOptions) -> Result<(Command, PrivateFile)> {
        let file = PrivateFile::with(&connection.client_file(self.maker))?;
        let mut command = Command::new(self.name);
        command.arg(format!("--defaults-file={}", file.path().display())).env("MYSQL_TEST_LOGIN_FILE", "");
        Ok((command, file))
    }
}

/// Runs a program, and gives its words back when it fails. An interrupt ends it.
async fn run(mut command: Command, name: &'static str, package: &str) -> Result<()> {
    let _unfinished = Unfinished::begin();
    let cannot_run = || Error::new(format!("`{name}` cannot be run"));
    let mut child = match command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn() {
        Ok(child) => Running(child),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::new(format!("`{name}` is not installed"))
                .hint(format!("install the programs of the database: `apt-get install {package}`")));
        }
        Err(error) => return Err(cannot_run().because(error)),
    };
    let words = child.0.stderr.take();
    let reading = tokio::task::spawn_blocking(move || {
        let mut said = Vec::new();
        let _ = words.map(|mut words| words.read_to_end(&mut said));
        said
    });
    let status = loop {
        if interrupted() {
            return Err(Error::new(format!("`{name}` was ended: an interrupt was requested")));
        }
        match child.0.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(cannot_run().because(error)),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = reading.await.map_err(|error| cannot_run().because(error))?;
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    Err(Error::new(format!("`{name}` failed ({status}): {}", lines.join("; "))))
}

/// A program that runs. It ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lead_to_another_database_are_known() {
        let leads = ["USE `shop`;", "use shop", "USE`shop`;", "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`;"];
        let stays = ["-- USE shop", "INSERT INTO `use` VALUES (1);", "CREATE TABLE `database` (", "", "used"];
        assert!(leads.iter().all(|line| names_database(line)));
        assert!(names_database("/*!40000 DROP DATABASE IF EXISTS `shop`*/;"));
        assert!(!stays.iter().any(|line| names_database(line)));
    }
}
