//! Connecting, with a reason and a way out when it fails.
//!
//! Must not know what the connection is for. A URL is never repeated, since a password may be in it.

use std::time::Duration;

use url::Url;

use crate::dialect::session::{ConnectError, Missing, Obstacle, Session};
use crate::error::{Error, Result};

/// How long a host may stay silent. A file has no host: who waits for that, waits for the disk.
const SILENCE: Duration = Duration::from_secs(20);

/// Connects to the database at `url`.
///
/// # Errors
/// Whatever keeps the connection from being made, with what can be done about it.
pub async fn connect(url: &str, missing: Missing) -> Result<Session> {
    let place = Place::of(url);
    let opening = Session::open(url, missing);
    let answer = match place.file.is_empty() {
        true => tokio::time::timeout(SILENCE, opening).await,
        false => Ok(opening.await),
    };
    match answer {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(error)) => Err(explain(&place, error)),
        Err(_) => Err(Error::new(format!("{} did not answer within {SILENCE:?}", place.server()))
            .hint("check host and port, and whether a firewall is between")),
    }
}

/// The parts of a URL that may be told.
pub(super) struct Place {
    scheme: String,
    user: Option<String>,
    host: String,
    port: u16,
    database: String,
    file: String,
}

impl Place {
    pub(super) fn of(url: &str) -> Self {
        let parsed = Url::parse(url).ok();
        let text = |part: &str| part.to_owned();
        let scheme = parsed.as_ref().map(|url| text(url.scheme())).unwrap_or_default();
        let default_port = if scheme.starts_with("postgres") { 5432 } else { 3306 };
        let file = if url.starts_with("sqlite:") {
            let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
            text(path.split('?').next().unwrap_or_default())
        } else {
            String::new()
        };
        Self {
            user: parsed.as_ref().map(|url| text(url.username())).filter(|user| !user.is_empty()),
            host: parsed.as_ref().and_then(|url| url.host_str().map(text)).unwrap_or_else(|| text("localhost")),
            port: parsed.as_ref().and_then(Url::port).unwrap_or(default_port),
            database: parsed.as_ref().map(|url| text(url.path().trim_start_matches('/'))).unwrap_or_default(),
            scheme,
            file,
        }
    }

    fn is_postgres(&self) -> bool {
        self.scheme.starts_with("postgres")
    }

    /// The server in words.
    pub(super) fn server(&self) -> String {
        let product = if self.is_postgres() { "the PostgreSQL server" } else { "the MySQL or MariaDB server" };
        format!("{product} at {}:{}", self.host, self.port)
    }

    /// The user, as far as the URL says.
    pub(super) fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("<user>")
    }
}

fn explain(place: &Place, error: ConnectError) -> Error {
    let (server, database) = (place.server(), place.database.as_str());
    let explained = match error.obstacle {
        Obstacle::Url => Error::new("the database URL cannot be read").hint(
            "write it like `postgres://user:password@host/database`, `mysql://…`, `mariadb://…` or `sqlite://path/to/file.db`; \
             escape `@`, `/`, `:`, `#` and `?` in a password as `%40`, `%2F`, `%3A`, `%23` and `%3F`",
        ),
        Obstacle::NoDriver(feature) => {
            let product = match place.scheme.as_str() {
                "sqlite" => "SQLite",
                "mariadb" => "MariaDB",
                "mysql" => "MySQL",
                _ => "PostgreSQL",
            };
            Error::new(format!("this build of gen cannot connect to {product}"))
                .hint(format!("install one that can: `cargo install sea-gen --features {feature}`"))
        }
        Obstacle::Refused => Error::new(format!("nobody answers at {}:{}", place.host, place.port))
            .hint("start the server, or check host and port of the database URL"),
        Obstacle::UnknownHost => Error::new(format!("there is no host `{}`", place.host))
            .hint("check the host of the database URL; inside a container `localhost` is the container itself"),
        Obstacle::Password => {
            Error::new(format!("{server} does not accept the user `{}` or its password", place.user()))
                .hint("check user and password of the database URL, and that special characters are percent-encoded")
        }
        Obstacle::NoDatabase => {
            let create = if place.is_postgres() {
                format!("`createdb -h {} -p {} -U {} {database}`", place.host, place.port, place.user())
            } else {
                format!("`CREATE DATABASE {database}`")
            };
            Error::new(format!("{server} has no database `{database}`")).hint(format!("create it: {create}"))
        }
        Obstacle::NoRight => {
            let user = place.user();
            let grant = if place.is_postgres() {
                format!("`GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"`")
            } else {
                format!("`GRANT ALL ON {database}.* TO {user}`")
            };
            Error::new(format!("the user `{user}` has no right to the database `{database}` of {server}"))
                .hint(format!("allow it: {grant}"))
        }
        Obstacle::NoFile => no_file(&place.file),
        Obstacle::NotADatabase => Error::new(format!("`{}` is not an SQLite database", place.file))
            .hint("check the path; an encrypted database cannot be read either"),
        Obstacle::Other => match place.file.as_str() {
            "" => Error::new(format!("no connection to {server}"))
                .hint("the reason is the server's; its log may say more"),
            file => Error::new(format!("the SQLite database `{file}` cannot be opened")),
        },
    };
    explained.because(error)
}

/// SQLite says "unable to open" to everything, so the file system is asked what it is.
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
            .hint("check the path; `gen up` creates the file, or add `?mode=rwc` to the URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::session::DatabaseError;

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
            let explained = explain(&Place::of(url), error);
            assert_eq!(explained.to_string(), format!("this build of gen cannot connect to {product}"));
            let hint = format!("install one that can: `cargo install sea-gen --features {feature}`");
            assert_eq!(explained.hints(), [hint]);
        }
    }
}
