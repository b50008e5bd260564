//! `[tenants]`: the tenants that have a schema or a database each, for the project or for one environment of it.
//!
//! Must not know how tenants are found or migrated.

use std::path::PathBuf;

use sea_gen_runner::Result;

use super::{File, Setting};

const KEYS: [&str; 9] =
    ["query", "list", "pattern", "schema", "database", "parallel", "canaries", "on-failure", "shared"];

/// What stands for the name of a tenant in `schema` and `database`.
pub const TENANT: &str = "${tenant}";

/// The settings of the tenants; what an environment does not say is that of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// Where the names of the tenants come from.
    pub source: Option<TenantSource>,
    /// What each of them has.
    pub home: Option<TenantHome>,
    /// How many are migrated at once.
    pub parallel: Option<usize>,
    /// Those that are migrated before the others, one after another.
    pub canaries: Option<Canaries>,
    /// What is done after the first failure.
    pub on_failure: Option<OnFailure>,
    /// The folder of the project whose migrations are applied to the database itself before any tenant is.
    pub shared: Option<PathBuf>,
}

/// Where the names of the tenants come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantSource {
    /// A query on the database of the project, or of the environment, with one column.
    Query(String),
    /// The configuration.
    List(Vec<String>),
    /// The names of the schemas or databases, or the paths of the SQLite files, that match.
    Pattern(String),
}

/// What a tenant has: the name of it, with [`TENANT`] in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantHome {
    /// A schema of the same database (PostgreSQL); a database where the two are one (MySQL and MariaDB).
    Schema(String),
    /// A database of the same server; a file (SQLite).
    Database(String),
}

/// The tenants that are migrated before the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canaries {
    /// The first of them.
    First(usize),
    /// These.
    Named(Vec<String>),
}

/// What is done after the first tenant has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// No other tenant is begun.
    #[default]
    Stop,
    /// The others are migrated.
    Continue,
}

impl TenantSettings {
    /// These settings, and those of the project where they say nothing.
    #[must_use]
    pub fn or(self, of_project: Self) -> Self {
        Self {
            source: self.source.or(of_project.source),
            home: self.home.or(of_project.home),
            parallel: self.parallel.or(of_project.parallel),
            canaries: self.canaries.or(of_project.canaries),
            on_failure: self.on_failure.or(of_project.on_failure),
            shared: self.shared.or(of_project.shared),
        }
    }
}

impl File<'_> {
    /// The table `[tenants]`.
    pub(super) fn tenants(&self, value: &Setting<'_>) -> Result<TenantSettings> {
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.error(value.span(), "`tenants` must be a table").hint("`[tenants]`"));
        };
        let mut settings = TenantSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "query" => self.one(&mut settings.source, TenantSource::Query(self.text(key, value)?), value)?,
                "list" => self.one(&mut settings.source, TenantSource::List(self.texts(key, value)?), value)?,
                "pattern" => self.one(&mut settings.source, TenantSource::Pattern(self.text(key, value)?), value)?,
                "schema" => self.one(&mut settings.home, TenantHome::Schema(self.template(key, value)?), value)?,
                "database" => self.one(&mut settings.home, TenantHome::Database(self.template(key, value)?), value)?,
                "parallel" => settings.parallel = Some(self.count(key, value)?),
                "canaries" => {
                    settings.canaries = Some(match value.get_ref().as_array() {
                        Some(_) => Canaries::Named(self.texts(key, value)?),
                        None => Canaries::First(self.count(key, value)?),
                    });
                }
                "on-failure" => {
                    settings.on_failure = Some(match self.text(key, value)?.as_str() {
                        "stop" => OnFailure::Stop,
                        "continue" => OnFailure::Continue,
                        other => {
                            let message = format!("`on-failure` cannot be `{other}`: stop or continue");
                            return Err(self.error(value.span(), &message));
                        }
                    });
                }
                "shared" => settings.shared = Some(PathBuf::from(self.text(key, value)?)),
                _ => return Err(self.unknown(key, "tenants.", &KEYS)),
            }
        }
        Ok(settings)
    }

    /// Sets one of several settings that exclude each other.
    fn one<T>(&self, place: &mut Option<T>, said: T, value: &Setting<'_>) -> Result<()> {
        match place.replace(said) {
            None => Ok(()),
            Some(_) => Err(self
                .error(value.span(), "two settings of `tenants` say the same thing")
                .hint("keep one of `query`, `list` and `pattern`, and one of `schema` and `database`")),
        }
    }

    fn template(&self, key: &toml::Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<String> {
        let text = self.text(key, value)?;
        if text.matches(TENANT).count() == 1 {
            return Ok(text);
        }
        let key = key.get_ref().as_ref();
        Err(self
            .error(value.span(), &format!("`{key}` must hold `{TENANT}` once, which stands for the name of a tenant"))
            .hint(format!("`{key} = \"shop_{TENANT}\"`")))
    }

    fn count(&self, key: &toml::Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<usize> {
        let number = value.get_ref().as_integer().and_then(|it| it.as_str().parse().ok()).filter(|it| *it > 0);
        let error = || {
            self.error(value.span(), &format!("`{}` must be a number of tenants, 1 or more", key.get_ref().as_ref()))
        };
        number.ok_or_else(error)
    }
}
