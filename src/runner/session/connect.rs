//! Connects; a failure has a reason and a hint.
//!
//! Must not know what the connection is for.

use std::time::Duration;

use crate::Product;
use crate::session::{ConnectError, ConnectionOptions, Missing, Obstacle, Session};
use crate::{Error, ErrorKind, Result};

/// The connection timeout. A file has no host, so opening one has no timeout.
const SILENCE: Duration = Duration::from_secs(20);

/// Connects.
///
/// # Errors
/// The reason why the connection cannot be made, with a hint.
pub async fn connect(options: &ConnectionOptions, missing: Missing) -> Result<Session> {
    let opening = Session::connect(options, missing);
    let answer = match options.product_hint() {
        Product::Sqlite => Ok(opening.await),
        Product::Postgres | Product::MySql | Product::MariaDb => tokio::time::timeout(SILENCE, opening).await,
    };
    match answer {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(error)) => Err(explain(options, error)),
        Err(_) => Err(Error::new(format!("{} did not answer within {SILENCE:?}", server_of(options)))
            .of(ErrorKind::Database)
            .hint("check host and port, and whether a firewall is between")),
    }
}

/// The server in words.
pub fn server_of(options: &ConnectionOptions) -> String {
    let product = match options.product_hint() {
        Product::Postgres => "the PostgreSQL server",
        Product::MySql | Product::MariaDb | Product::Sqlite => "the MySQL or MariaDB server",
    };
    format!("{product} at {}", options.reached_at())
}

fn explain(options: &ConnectionOptions, cause: ConnectError) -> Error {
    let (server, database, user) = (server_of(options), options.database(), options.user());
    let is_postgres = options.product_hint() == Product::Postgres;
    let file = options.file().map(|path| path.display().to_string());
    let explained = match cause.obstacle {
        Obstacle::NoDriver(feature) => Error::new(format!("this build cannot connect to {}", options.product_hint()))
            .hint(format!("install a gen that can: `cargo install sea-gen --features {feature}`"))
            .hint(format!("or, in an application: `cargo add sea-gen-runner --features {feature}`")),
        Obstacle::Refused => Error::new(format!("cannot connect to {}", options.reached_at()))
            .hint("start the server, or check host and port of the database URL"),
        Obstacle::UnknownHost => Error::new(format!("there is no host `{}`", options.host()))
            .hint("check the host of the database URL; inside a container `localhost` is the container itself"),
        Obstacle::Password => Error::new(format!("{server} does not accept the user `{user}` or its password"))
            .hint("check user and password of the database URL, and that special characters are percent-encoded"),
        Obstacle::NoDatabase => {
            let create = match is_postgres {
                true => format!("`createdb {} {database}`", options.client_options()),
                false => format!("`CREATE DATABASE {database}`"),
            };
            Error::new(format!("{server} has no database `{database}`")).hint(format!("create it: {create}"))
        }
        Obstacle::NoRight => {
            let grant = match is_postgres {
                true => format!("`GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"`"),
                false => format!("`GRANT ALL ON {database}.* TO {user}`"),
            };
            Error::new(format!("the user `{user}` has no right to the database `{database}` of {server}"))
                .hint(format!("allow it: {grant}"))
        }
        Obstacle::NoFile => no_file(&file.unwrap_or_default()),
        Obstacle::NotADatabase => Error::new(format!("{} is not an SQLite database", options.reached_at()))
            .hint("check the path; an encrypted database cannot be read either"),
        Obstacle::Locked => {
            let error = Error::new(format!("another process is writing to {}", options.reached_at()))
                .hint("wait for them to end, and try again");
            return error.of(ErrorKind::Busy).because(cause);
        }
        Obstacle::Full => {
            let error = Error::new(format!("{server} has no connection left"))
                .hint("end sessions that nobody needs, or raise `max_connections`");
            return error.of(ErrorKind::Busy).because(cause);
        }
        Obstacle::Settings => Error::new(format!(
            "a pooler at {} refuses the settings that a session begins with",
            options.reached_at()
        ))
        .hint("connect to the server itself: `--database-url …`")
        .hint("or let the pooler ignore the setting (pgbouncer: `ignore_startup_parameters = extra_float_digits`)"),
        Obstacle::TooOld(first) => Error::new(format!("{server} is too old: {first} or newer is needed")),
        Obstacle::Other => match file {
            None => Error::new(format!("no connection to {server}"))
                .hint("the reason is the server's; its log may say more"),
            Some(file) => Error::new(format!("the SQLite database `{file}` cannot be opened")),
        },
    };
    explained.of(ErrorKind::Database).because(cause)
}

/// SQLite reports "unable to open" for every cause, so the cause is read from the file system.
fn no_file(file: &str) -> Error {
    let path = std::path::Path::new(file);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent {
        Some(parent) if !parent.is_dir() => {
            Error::new(format!("the directory `{}` of the SQLite database does not exist", parent.display()))
                .hint(format!("create it: `mkdir -p {}`", parent.display()))
        }
        _ if path.is_dir() => {
            Error::new(format!("`{file}` is a directory, not an SQLite database")).hint("name a file in it")
        }
        _ if path.exists() => Error::new(format!("the SQLite database `{file}` cannot be opened"))
            .hint(format!("check its rights: `ls -l {file}`")),
        _ => Error::new(format!("the SQLite database `{file}` does not exist"))
            .hint("check the path; `gen up` creates the file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::DatabaseError;

    #[test]
    fn an_sqlite_file_that_somebody_writes_to_is_busy() {
        let options = ConnectionOptions::parse("sqlite://shop.db", std::path::Path::new("/project")).unwrap();
        let error = DatabaseError { message: "database is locked".to_owned(), code: Some("5".to_owned()) };
        let explained = explain(&options, error.into());
        assert_eq!(explained.to_string(), "another process is writing to `/project/shop.db`");
        assert_eq!(explained.kind(), &ErrorKind::Busy);
    }

    #[test]
    fn a_driver_that_is_not_built_in_is_named_with_the_way_to_get_it() {
        for (url, product, feature) in [
            ("postgres://ann:secret@localhost/shop", "PostgreSQL", "postgres"),
            ("mariadb://ann:secret@localhost/shop", "MariaDB", "mysql"),
            ("mysql://ann:secret@localhost/shop", "MySQL", "mysql"),
            ("sqlite://shop.db", "SQLite", "sqlite"),
        ] {
            let error = DatabaseError { message: String::new(), code: None };
            let error = ConnectError { obstacle: Obstacle::NoDriver(feature), error };
            let options = ConnectionOptions::parse(url, std::path::Path::new("/project")).unwrap();
            let explained = explain(&options, error);
            assert_eq!(explained.to_string(), format!("this build cannot connect to {product}"));
            let hints = [
                format!("install a gen that can: `cargo install sea-gen --features {feature}`"),
                format!("or, in an application: `cargo add sea-gen-runner --features {feature}`"),
            ];
            assert_eq!(explained.hints(), hints);
        }
    }
}
