//! The database that a job works on: the source of its URL, and the guards that hold for it.
//!
//! Must not know what is done with the database.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use sea_gen_runner::session::ConnectionOptions;
use sea_gen_runner::{Error, Result};

use crate::lint::allow::in_shell;
use crate::schema::Product;

use super::{Config, SeedKind, TenantSettings, dotenv};

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

impl From<DatabaseUrl> for NamedDatabase {
    fn from(url: DatabaseUrl) -> Self {
        Self { environment: None, url: Some(url) }
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

    /// It as an argument of a command line to suggest, which holds no password: one that has a password is named by a variable that
    /// has its value, otherwise `…` stands in place of the password, so that what is pasted reaches no other database.
    pub fn as_argument(&self, variables: impl Iterator<Item = (String, String)>) -> String {
        let redacted = ConnectionOptions::redacted(&self.0);
        if redacted.as_deref() == Some(self.0.trim()) {
            return in_shell(self.0.trim());
        }
        let mut same = variables.filter(|(_, value)| *value == self.0).map(|(name, _)| name);
        match same.next() {
            Some(name) => format!("\"${name}\""),
            None => redacted.map_or_else(|| "…".to_owned(), |text| in_shell(&text)),
        }
    }

    /// Its text, with the values of its variables. `source` says where it was written.
    ///
    /// # Errors
    /// A variable is not set.
    pub(super) fn filled(&self, root: &Path, source: &str) -> Result<String> {
        let dotenv = dotenv::read(root)?;
        let lookup = |name: &str| std::env::var(name).ok().or_else(|| dotenv.get(name).cloned());
        expand(&self.0, source, &lookup).map(|DatabaseUrl(filled)| filled)
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
    /// The name of the environment, if one was named.
    pub name: Option<String>,
    /// Whether that name has to be confirmed before the database is changed.
    pub is_protected: bool,
    /// How long another runner is waited for, if that is configured.
    pub lock_timeout: Option<Duration>,
    /// The environment in which a migration has to be applied before.
    pub requires: Option<String>,
    /// Whether nothing is run without a backup.
    pub requires_backup: bool,
    /// Its tenants: what it says of them, and what the project says besides.
    pub tenants: TenantSettings,
    /// The tenant to whose home the connection leads, if it leads to one.
    pub tenant: Option<String>,
    /// The region that the database is in, if it is configured.
    pub region: Option<String>,
    /// Which rows it gets, if that is configured.
    pub seed: Option<SeedKind>,
}

/// What the caller says of the database.
#[derive(Clone, Debug, Default)]
pub struct NamedDatabase {
    /// The name of an environment of the configuration; otherwise that of `GEN_ENV`.
    pub environment: Option<String>,
    /// The URL.
    pub url: Option<DatabaseUrl>,
}

impl NamedDatabase {
    /// The name of the environment: that of the caller, otherwise that of `GEN_ENV`. `variable` looks an environment variable up.
    pub fn environment_name(&self, variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        self.environment.clone().or_else(|| variable("GEN_ENV").filter(|name| !name.trim().is_empty()))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection.fmt(formatter)
    }
}

impl Environment {
    /// The database that the caller names by its URL, otherwise that of the environment that the caller or `GEN_ENV` names, otherwise
    /// that of `DATABASE_URL` in the environment variables, otherwise that of `.env`, otherwise the configured one. `variable` looks
    /// an environment variable up.
    pub(super) fn find(
        root: &Path,
        config: &Config,
        named: &NamedDatabase,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>> {
        let name = named.environment_name(variable);
        let named = named.url.as_ref();
        let Some(name) = name else {
            let url = config.database_url.as_ref();
            let configured = Configured { url, setting: "database-url".to_owned(), comes_first: false };
            let connection = connection(root, &configured, named, variable)?;
            let found = connection.map(|it| Self { is_named: named.is_some(), ..Self::of(config, it) });
            return Ok(found.map(|it| it.guarded(root, config, variable)));
        };
        let settings = config.environments.get(&name).ok_or_else(|| unknown(config, &name))?;
        let url = settings.database_url.as_ref();
        let configured = Configured { url, setting: format!("env.{name}.database-url"), comes_first: url.is_some() };
        let Some(connection) = connection(root, &configured, named, variable)? else {
            return Err(Error::new(format!("the environment `{name}` has no database"))
                .hint(format!("add `database-url` to `[env.{name}]` of the configuration, or set DATABASE_URL")));
        };
        if settings.role.is_some() && connection.product_hint() == Product::Sqlite {
            return Err(
                Error::new(format!("SQLite has no roles, and `[env.{name}]` names one")).hint("remove `role` from it")
            );
        }
        let of_host = Self::of(config, connection.with_role(settings.role.clone()));
        let found = Self {
            is_development: settings.development.unwrap_or(of_host.is_development && !settings.protected),
            is_protected: settings.protected,
            lock_timeout: settings.lock_timeout,
            requires: settings.requires.clone(),
            requires_backup: settings.requires_backup,
            tenants: settings.tenants.clone().or(config.tenants.clone()),
            region: settings.region.clone(),
            seed: settings.seed,
            name: Some(name),
            ..of_host
        };
        Ok(Some(found.guarded(root, config, variable)))
    }

    /// With the guards of every other environment that has the same database: they hold for the database, however it is named.
    /// A variable that is not set is mostly a password, so it does not hide which database it is. Environments that take
    /// `DATABASE_URL` tell nothing.
    fn guarded(mut self, root: &Path, config: &Config, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let dotenv = dotenv::read(root).unwrap_or_default();
        let variable =
            |name: &str| variable(name).or_else(|| dotenv.get(name).cloned()).or_else(|| Some("unset".to_owned()));
        for (name, settings) in &config.environments {
            let is_own = self.name.as_ref() == Some(name);
            let has_guards = settings.protected || settings.requires.is_some() || settings.requires_backup;
            let has_guards = has_guards || settings.region.is_some() || settings.seed.is_some();
            if is_own || !has_guards || settings.database_url.is_none() {
                continue;
            }
            let url = settings.database_url.as_ref();
            let configured = Configured { url, setting: format!("env.{name}.database-url"), comes_first: true };
            let other = connection(root, &configured, None, &variable).ok().flatten();
            if !other.is_some_and(|other| other.is_same_database(&self.connection)) {
                continue;
            }
            self.requires_backup |= settings.requires_backup;
            self.region = self.region.take().or_else(|| settings.region.clone());
            self.seed = self.seed.or(settings.seed);
            let requires = settings.requires.clone().filter(|required| self.name.as_ref() != Some(required));
            self.requires = self.requires.take().or(requires);
            let protects = settings.protected && !self.is_protected;
            if protects {
                self.is_protected = true;
                self.is_development &= settings.development == Some(true);
            }
            // The name that is confirmed, and that messages say.
            if protects || self.name.is_none() {
                self.name = Some(name.clone());
            }
        }
        self
    }

    /// The database of a connection that is open already.
    pub(super) fn of(config: &Config, connection: ConnectionOptions) -> Self {
        Self {
            is_named: true,
            is_development: connection.is_local_or_among(&config.development),
            connection: connection.with_history(config.history.clone()),
            name: None,
            is_protected: false,
            lock_timeout: None,
            requires: None,
            requires_backup: false,
            tenants: config.tenants.clone(),
            tenant: None,
            region: None,
            seed: None,
        }
    }

    /// Whether it is a missing SQLite file.
    pub fn is_absent(&self) -> bool {
        self.connection.file().is_some_and(|path| !path.exists())
    }
}

fn unknown(config: &Config, name: &str) -> Error {
    if name == "all" {
        return Error::new("this command names one environment, and `all` is none")
            .hint("`gen status --env all` shows all of them");
    }
    let error = Error::new(format!("there is no environment `{name}` in the configuration"));
    let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    match similar::get_close_matches(name, &names, 1, 0.6).first() {
        Some(near) => error.hint(format!("did you mean `--env {near}`?")),
        None if names.is_empty() => error.hint(format!("add `[env.{name}]` with a `database-url`")),
        None => error.hint(format!("the environments are {}", names.join(", "))),
    }
}

/// A `database-url` of the configuration.
struct Configured<'c> {
    url: Option<&'c DatabaseUrl>,
    /// The name of the setting.
    setting: String,
    /// Whether it comes before `DATABASE_URL`: it is that of a named environment, and the other one may be that of another.
    comes_first: bool,
}

/// The connection that is named, otherwise that of `DATABASE_URL`, otherwise the configured one.
fn connection(
    root: &Path,
    configured: &Configured<'_>,
    named: Option<&DatabaseUrl>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<ConnectionOptions>> {
    let set = |value: String| (!value.trim().is_empty()).then_some(value).map(DatabaseUrl);
    if let Some(url) = named {
        return url.parse_from("`--database-url`", root).map(Some);
    }
    let by_variable = variable("DATABASE_URL").and_then(set).filter(|_| !configured.comes_first);
    if let Some(url) = by_variable {
        return url.parse_from("`DATABASE_URL` of the environment", root).map(Some);
    }
    let dotenv = dotenv::read(root)?;
    let by_file = dotenv.get("DATABASE_URL").cloned().and_then(set).filter(|_| !configured.comes_first);
    if let Some(url) = by_file {
        return url.parse_from("`DATABASE_URL` of .env", root).map(Some);
    }
    let Some(DatabaseUrl(template)) = configured.url else { return Ok(None) };
    let lookup = |name: &str| variable(name).or_else(|| dotenv.get(name).cloned());
    let source = format!("`{}` of the configuration", configured.setting);
    expand(template, &source, &lookup)?.parse_from(&source, root).map(Some)
}

/// Replaces every `${NAME}` by the value of the variable.
fn expand(template: &str, source: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<DatabaseUrl> {
    let mut expanded = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return Err(Error::new(format!("{source} has a `${{` without `}}`")));
        };
        let value = lookup(name).ok_or_else(|| {
            Error::new(format!("{source} needs the variable `{name}`, which is not set"))
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
