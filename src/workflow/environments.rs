//! The named environments together: how each compares with the project, and what one requires of another.
//!
//! Must not know arguments, terminals or what is printed.

use sea_gen_runner::run::{self, Applicable, Direction, Record};
use sea_gen_runner::session::{Missing, connect};
use sea_gen_runner::{Error, ErrorKind};

use crate::project::{NamedDatabase, Project};

use super::apply::{Bench, Chosen};
use super::status::{Status, status};
use super::{Failure, Open, Workspace, applicable};

/// The environments of the configuration in the order of their names, each compared with the project, or the reason why it cannot be.
///
/// # Errors
/// The project cannot be opened, or has no environments.
pub async fn statuses(open: impl Into<Open>) -> Result<Vec<(String, Result<Status, Failure>)>, Failure> {
    let open = Open { database: NamedDatabase::default(), ..open.into() };
    // The variables of one environment may be set where those of another are not.
    let project = Project::discover_unlocked(&open.start()?)?;
    let names: Vec<String> = project.config.environments.into_keys().collect();
    if names.is_empty() {
        return Err(Error::new("the configuration has no environments")
            .hint("add `[env.staging]` and a `database-url` to it")
            .into());
    }
    let mut found = Vec::new();
    for name in names {
        let database = NamedDatabase { environment: Some(name.clone()), url: None };
        let compared = match Workspace::open(Open { database, ..open.clone() }) {
            Ok(workspace) => status(workspace).await,
            Err(failure) => Err(failure),
        };
        found.push((name, compared));
    }
    Ok(found)
}

impl Bench {
    /// Refuses to apply a migration that is not applied, with the same text, in the environment that this one requires.
    ///
    /// # Errors
    /// A migration is missing there, or that database cannot be read.
    pub async fn refuse_unpromoted(&self, chosen: &[Chosen]) -> Result<(), Failure> {
        let environment = self.workspace.environment.as_ref();
        let Some((name, required)) = environment.and_then(|it| Some((it.name.as_ref()?, it.requires.as_ref()?))) else {
            return Ok(());
        };
        let up: Vec<_> = chosen.iter().filter(|(_, direction)| *direction == Direction::Up).copied().collect();
        if up.is_empty() {
            return Ok(());
        }
        let named = NamedDatabase { environment: Some(required.clone()), url: None };
        let Some(before) = self.workspace.project.environment(&named)? else { return Ok(()) };
        let mut history = Vec::new();
        if !before.is_absent() {
            let mut session = connect(&before.connection, Missing::Refuse).await?;
            history = run::history(&mut session).await?;
            session.close().await;
        }
        let chosen: Vec<_> = self.migrations_at(&up).into_iter().map(|(migration, _)| applicable(migration)).collect();
        // That database may have a squashed migration in the place of some, or the other way round.
        let history = run::as_filed(&history, &chosen);
        for file in &chosen {
            refuse_unpromoted(file, &history, (name, required), "")?;
        }
        Ok(())
    }
}

/// Refuses a migration that a history of the required environment does not have, or has with another text. `tenants` is the option
/// that names whose history it is.
pub(super) fn refuse_unpromoted(
    file: &Applicable<'_>,
    history: &[Record],
    (name, required): (&str, &str),
    tenants: &str,
) -> Result<(), Error> {
    let record = history.iter().find(|record| record.id == file.id() && record.status.is_done());
    let why = match record {
        None => "is not applied",
        Some(record) if record.checksum != file.checksum => "was applied with another text",
        Some(_) => return Ok(()),
    };
    let id = file.id();
    let error = Error::new(format!("`{id}` {why} in `{required}`, which `{name}` requires; nothing was run"));
    let error = error.of(ErrorKind::Refused);
    Err(match record {
        None => error.hint(format!("`gen up --env {required}{tenants}`")),
        Some(_) => error
            .hint(format!(
                "restore the text that `{required}` has (`git log -p -- schema.lock.json` shows its checksum), then `gen lock`"
            ))
            .hint(format!(
                "or, if the new text leads to the same, record it there: `gen resolve {id} --applied --env {required}`"
            )),
    })
}
