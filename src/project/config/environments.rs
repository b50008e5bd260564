//! `[env.NAME]`: the settings of a named environment, such as staging or production.
//!
//! Must not know what a setting does.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_gen_runner::Result;
use toml::Spanned;

use super::{DatabaseUrl, File, SeedKind, Setting, TenantSettings};

const KEYS: [&str; 10] = [
    "database-url",
    "role",
    "protected",
    "development",
    "lock-timeout",
    "requires",
    "backup",
    "tenants",
    "region",
    "seed",
];

/// The settings of a named environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvironmentSettings {
    /// Its database, `${VARIABLES}` not yet filled in. Without it, `DATABASE_URL` names the database.
    pub database_url: Option<DatabaseUrl>,
    /// The role that a session takes, as by `SET ROLE`.
    pub role: Option<String>,
    /// Whether its name has to be confirmed before its database is changed.
    pub protected: bool,
    /// Whether its database is a development database; `None`: its host decides.
    pub development: Option<bool>,
    /// How long another runner is waited for.
    pub lock_timeout: Option<Duration>,
    /// The environment in which a migration has to be applied before.
    pub requires: Option<String>,
    /// Whether nothing is run without a backup.
    pub requires_backup: bool,
    /// Its tenants, where they are not those of the project.
    pub tenants: TenantSettings,
    /// The region that its database is in.
    pub region: Option<String>,
    /// Which rows it gets, if that is said.
    pub seed: Option<SeedKind>,
}

impl File<'_> {
    /// The environments by their names.
    pub(super) fn environments(&self, value: &Setting<'_>) -> Result<BTreeMap<String, EnvironmentSettings>> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`env` must be a table of environments");
            return Err(error.hint("`[env.production]`"));
        };
        let mut environments = BTreeMap::new();
        for (name, value) in table {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
            let text = name.get_ref().as_ref();
            if text.is_empty() || text == "all" || !text.chars().all(fits) {
                let message = format!("`{text}` cannot be the name of an environment");
                let hint = "use letters, digits, `-` and `_`; `all` stands for every environment";
                return Err(self.error(name.span(), &message).hint(hint));
            }
            environments.insert(text.to_owned(), self.environment(value)?);
        }
        for (name, value) in table {
            let mut seen = vec![name.get_ref().as_ref()];
            let mut next = environments.get(name.get_ref().as_ref()).and_then(|it| it.requires.as_deref());
            while let Some(required) = next {
                let Some(settings) = environments.get(required) else {
                    let message = format!("`requires` names `{required}`, which is no environment");
                    return Err(self.error(value.span(), &message).hint(format!("add `[env.{required}]`")));
                };
                if seen.contains(&required) {
                    let message = format!("`{}` requires itself: {} → {required}", seen[0], seen.join(" → "));
                    return Err(self.error(value.span(), &message));
                }
                seen.push(required);
                next = settings.requires.as_deref();
            }
        }
        Ok(environments)
    }

    fn environment(&self, value: &Setting<'_>) -> Result<EnvironmentSettings> {
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.error(value.span(), "an environment must be a table").hint("`[env.production]`"));
        };
        let mut settings = EnvironmentSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "database-url" => settings.database_url = Some(self.text(key, value)?.into()),
                "role" => settings.role = Some(self.text(key, value)?),
                "protected" => settings.protected = self.truth(key, value)?,
                "development" => settings.development = Some(self.truth(key, value)?),
                "lock-timeout" => settings.lock_timeout = Some(self.seconds(key, value)?),
                "backup" => settings.requires_backup = self.backup(key, value)?,
                "seed" => settings.seed = Some(self.seed_kind(key, value)?),
                "region" => settings.region = Some(self.text(key, value)?),
                "requires" => settings.requires = Some(self.text(key, value)?),
                "tenants" => settings.tenants = self.tenants(value)?,
                unknown => {
                    let message = format!("there is no setting `{unknown}` of an environment");
                    let error = self.error(key.span(), &message);
                    return Err(match similar::get_close_matches(unknown, &KEYS, 1, 0.6).first() {
                        Some(near) => error.hint(format!("did you mean `{near}`?")),
                        None => error.hint(format!("the settings are {}", KEYS.join(", "))),
                    });
                }
            }
        }
        if settings.protected && settings.development == Some(true) {
            let message = "an environment cannot be protected and for development";
            return Err(self.error(value.span(), message).hint("remove `protected` or `development`"));
        }
        Ok(settings)
    }

    fn backup(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<bool> {
        match self.text(key, value)?.as_str() {
            "required" => Ok(true),
            "off" => Ok(false),
            other => Err(self.error(value.span(), &format!("`backup` cannot be `{other}`: required or off"))),
        }
    }

    pub(super) fn truth(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<bool> {
        let error = || self.error(value.span(), &format!("`{}` must be true or false", key.get_ref().as_ref()));
        value.get_ref().as_bool().ok_or_else(error)
    }

    pub(super) fn seconds(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Duration> {
        let number = value.get_ref().as_integer().and_then(|it| it.as_str().parse().ok());
        let error = || self.error(value.span(), &format!("`{}` must be a number of seconds", key.get_ref().as_ref()));
        number.map(Duration::from_secs).ok_or_else(error)
    }
}
