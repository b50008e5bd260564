//! Hooks: SQL files that run at certain moments of every run.
//!
//! Must not know how they are run.

use std::fmt;
use std::path::Path;

use crate::Product;
use crate::error::{Error, ErrorKind, Result};
use crate::files::{entries, read_text};
use crate::sql_file::{HOOKS, SqlFile, in_file};

/// The moment at which a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Before the first migration is applied, or the first repeatable file run.
    BeforeUp,
    /// After the last one.
    AfterUp,
    /// Before the first migration is reverted.
    BeforeDown,
    /// After the last one.
    AfterDown,
    /// Before each migration, in either direction.
    BeforeEach,
    /// After each migration, in either direction.
    AfterEach,
    /// After a run has failed.
    OnFailure,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::BeforeUp,
        Self::AfterUp,
        Self::BeforeDown,
        Self::AfterDown,
        Self::BeforeEach,
        Self::AfterEach,
        Self::OnFailure,
    ];

    /// The word in the name of a file.
    pub fn key(self) -> &'static str {
        match self {
            Self::BeforeUp => "before_up",
            Self::AfterUp => "after_up",
            Self::BeforeDown => "before_down",
            Self::AfterDown => "after_down",
            Self::BeforeEach => "before_each",
            Self::AfterEach => "after_each",
            Self::OnFailure => "on_failure",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// An SQL file that runs at a moment of every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The moment.
    pub event: Event,
    /// The environment in which it runs; all if there is none.
    pub environment: Option<String>,
    /// Its statements.
    pub file: SqlFile,
    /// Whether its name has the dialect.
    is_of_dialect: bool,
}

impl Hook {
    /// Reads a hook. `None` if its name says that it is for another product.
    ///
    /// # Errors
    /// Its name is none of a hook; its text cannot be cut into statements.
    pub fn parse(path: &str, product: Product, text: &str) -> Result<Option<Self>> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let mut parts = name.strip_suffix(".sql").unwrap_or(name).split('.');
        let word = parts.next().unwrap_or_default();
        let Some(event) = Event::ALL.into_iter().find(|event| event.key() == word) else {
            let events: Vec<&str> = Event::ALL.iter().map(|event| event.key()).collect();
            return Err(Error::new(format!("`{path}` is not named as a hook"))
                .of(ErrorKind::Refused)
                .hint(format!("a hook is called {}, as in `before_up.sql`", events.join(", ")))
                .hint(
                    "one for a dialect or an environment has that behind a dot: `after_up.postgres.production.sql`",
                ));
        };
        let (mut environment, mut is_of_dialect) = (None, false);
        for part in parts {
            match part.parse::<Product>() {
                Ok(other) if other != product => return Ok(None),
                Ok(_) => is_of_dialect = true,
                Err(_) if environment.is_none() && !part.is_empty() => environment = Some(part.to_owned()),
                Err(_) => {
                    return Err(Error::new(format!("`{path}` names two environments"))
                        .of(ErrorKind::Refused)
                        .hint("write a file for each"));
                }
            }
        }
        let file = SqlFile::parse(path, product, text).map_err(|error| in_file(path, &error))?;
        Ok(Some(Self { event, environment, file, is_of_dialect }))
    }

    /// The more a name says, the later its file runs.
    fn rank(&self) -> (Event, bool, bool, &str) {
        (self.event, self.environment.is_some(), self.is_of_dialect, &self.file.path)
    }
}

/// The hooks for a product in the order in which those of one moment run: those for everything first, then those for the dialect,
/// then those for an environment. `folder` has all migrations.
///
/// # Errors
/// A file that cannot be read, or is not named as a hook, with its path.
pub fn hooks(folder: &Path, product: Product) -> Result<Vec<Hook>> {
    let mut found = Vec::new();
    for entry in entries(&folder.join(HOOKS))? {
        let name = entry.name().to_string_lossy().into_owned();
        if name.starts_with('.') || !name.to_lowercase().ends_with(".sql") || entry.is_folder() {
            continue;
        }
        found.extend(Hook::parse(&format!("{HOOKS}/{name}"), product, &read_text(&entry.path)?)?);
    }
    in_order(&mut found);
    Ok(found)
}

/// Sorts hooks in the order in which those of one moment run.
pub fn in_order(hooks: &mut [Hook]) {
    hooks.sort_by(|one, other| one.rank().cmp(&other.rank()));
}

/// The hooks of an environment: those that name it, and those that name none.
pub fn of_environment(hooks: Vec<Hook>, environment: Option<&str>) -> Vec<Hook> {
    let fits = |hook: &Hook| hook.environment.is_none() || hook.environment.as_deref() == environment;
    hooks.into_iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str) -> Result<Option<Hook>> {
        Hook::parse(&format!("hooks/{name}"), Product::Postgres, "SELECT 1;")
    }

    #[test]
    fn a_name_says_when_and_where() {
        let hook = parse("after_up.production.postgres.sql").unwrap().unwrap();
        assert_eq!((hook.event, hook.environment.as_deref()), (Event::AfterUp, Some("production")));
        assert!(parse("after_up.mysql.sql").unwrap().is_none());
        for name in ["after_all.sql", "after_up.staging.production.sql", "after_up..sql"] {
            assert!(!parse(name).unwrap_err().hints().is_empty(), "{name}");
        }
    }

    #[test]
    fn the_more_a_name_says_the_later_its_file_runs() {
        let names = ["before_up.production.sql", "after_up.sql", "before_up.postgres.sql", "before_up.sql"];
        let mut hooks: Vec<Hook> = names.iter().filter_map(|name| parse(name).unwrap()).collect();
        in_order(&mut hooks);
        let named: Vec<&str> = hooks.iter().map(|hook| hook.file.name()).collect();
        assert_eq!(named, ["before_up.sql", "before_up.postgres.sql", "before_up.production.sql", "after_up.sql"]);
        assert_eq!(of_environment(hooks.clone(), Some("staging")).len(), 3);
        assert_eq!(of_environment(hooks, Some("production")).len(), 4);
    }
}
