//! The database that a job works on: the source of its URL, and the guard that holds for it.
//!
//! Must not know what is done with the database.

use std::fmt;
use std::path::Path;

use sea_gen_runner::session::ConnectionOptions;
use sea_gen_runner::{Error, Result};

use super::{Config, dotenv};

/// The URL of a database as it was written. It may hold a password, so it has no printed form.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DatabaseUrl {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl")
    }
}

impl DatabaseUrl {
    /// The connection options. A relative path of an SQLite file starts at `root`.
    ///
    /// # Errors
    /// It cannot be read; the error does not hold it.
    pub fn parse(&self, root: &Path) -> Result<ConnectionOptions> {
        ConnectionOptions::parse(&self.0, root)
    }

    /// The same; an error says where the URL was written.
    fn parse_from(&self, source: &str, root: &Path) -> Result<ConnectionOptions> {
        self.parse(root).map_err(|error| {
            let hints = error.hints().to_vec();
            hints.into_iter().fold(Error::new(format!("{error} (from {source})")), Error::hint)
        })
    }
}

/// A database that a job works on. Its printed form shows no password.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The connection options, with the name of the history.
    pub connection: ConnectionOptions,
    /// Whether the caller named it. Otherwise it is configured, and may be out of reach.
    pub is_named: bool,
    /// Whether it is a development database: on this machine, or on a host that is configured as one.
    pub is_development: bool,
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection.fmt(formatter)
    }
}

impl Environment {
    /// The database that the caller names, otherwise that of `DATABASE_URL` in the environment variables, otherwise that of
    /// `.env`, otherwise the configured one. `variable` looks an environment variable up.
    pub(super) fn find(
        root: &Path,
        config: &Config,
        named: Option<&DatabaseUrl>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>> {
        let connection = connection(root, config, named, variable)?;
        Ok(connection.map(|connection| Self { is_named: named.is_some(), ..Self::of(config, connection) }))
    }

    /// The database of a connection that is open already.
    pub(super) fn of(config: &Config, connection: ConnectionOptions) -> Self {
        Self {
            is_named: true,
            is_development: connection.is_local_or_among(&config.development),
            connection: connection.with_history(config.history.clone()),
        }
    }

    /// Whether it is a missing SQLite file.
    pub fn is_absent(&self) -> bool {
        self.connection.file().is_some_and(|path| !path.exists())
    }
}

fn connection(
    root: &Path,
    config: &Config,
    named: Option<&DatabaseUrl>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<ConnectionOptions>> {
    let set = |value: String| (!value.trim().is_empty()).then_some(value).map(DatabaseUrl);
    if let Some(url) = named {
        return url.parse_from("`--database-url`", root).map(Some);
    }
    if let Some(url) = variable("DATABASE_URL").and_then(set) {
        return url.parse_from("`DATABASE_URL` of the environment", root).map(Some);
    }
    let dotenv = dotenv::read(root)?;
    if let Some(url) = dotenv.get("DATABASE_URL").cloned().and_then(set) {
        return url.parse_from("`DATABASE_URL` of .env", root).map(Some);
    }
    let Some(DatabaseUrl(template)) = &config.database_url else { return Ok(None) };
    let lookup = |name: &str| variable(name).or_else(|| dotenv.get(name).cloned());
    expand(template, &lookup)?.parse_from("`database-url` of the configuration", root).map(Some)
}

/// Replaces every `${NAME}` by the value of the variable.
fn expand(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<DatabaseUrl> {
    let mut expanded = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return Err(Error::new("`database-url` of the configuration has a `${` without `}`"));
        };
        let value = lookup(name).ok_or_else(|| {
            Error::new(format!("`database-url` of the configuration needs the variable `{name}`, which is not set"))
                .hint(format!("set it in the environment or in .env: `{name}=…`"))
        })?;
        expanded.push_str(before);
        expanded.push_str(&value);
        rest = after;
    }
    Ok(DatabaseUrl(expanded + rest))
}

#[cfg(test)]
mod tests;
