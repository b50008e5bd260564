//! How the three states of a project compare.
//!
//! Must not change anything.

use std::collections::BTreeMap;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Record, Repeatables};
use sea_gen_runner::session::Missing;
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{Direction, Error};

use crate::diff::diff;
use crate::entity::Model;
use crate::plan::Plan;
use crate::schema::{Acceptance, Place};
use crate::state::Situation;

use super::explain::{self, Explained};
use super::histories::Compared;
use super::{Failure, Live, Sealed, Workspace, applicables};

/// How the three states of a project compare.
pub struct Status {
    /// The project.
    pub workspace: Workspace,
    /// The entities; `None` without sources.
    pub model: Option<Model>,
    /// The snapshot.
    pub sealed: Option<Sealed>,
    /// The migrations, oldest first.
    pub migrations: Vec<Migration>,
    /// How the migration files differ from the lock.
    pub unsealed: Vec<String>,
    /// What happened to the migration files.
    pub explained: Vec<Explained>,
    /// The database.
    pub live: Option<Live>,
    /// Why the database is not reachable.
    pub silence: Option<String>,
    /// How the database compares with the snapshot.
    pub situation: Situation,
    /// E against S.
    pub ahead: Plan,
    /// S against D.
    pub drift: Plan,
    /// The accepted differences, without those that have lapsed.
    pub accepted: BTreeMap<Place, Acceptance>,
    /// Why `gen up` would not simply apply what is pending: history and files contradict each other, a migration was interrupted,
    /// or it calls a function of a program.
    pub obstacle: Option<Error>,
    /// The repeatable files, by name.
    pub repeatables: Vec<SqlFile>,
    /// What the database says about them.
    pub repeated: Repeatables,
    /// How SeaORM's history compares with ours, if the database has one.
    pub seaorm: Option<Compared>,
}

impl Status {
    /// The row of the history for a migration.
    pub fn record(&self, migration: &Migration) -> Option<&Record> {
        let history = &self.live.as_ref()?.history;
        history.iter().find(|record| record.id == migration.id.to_string())
    }

    /// Applied migrations without a file.
    pub fn missing(&self) -> impl Iterator<Item = &Record> {
        let history = self.live.iter().flat_map(|live| &live.history);
        history.filter(|record| self.migrations.iter().all(|migration| migration.id.as_str() != record.id))
    }
}

/// Reads and compares the three states.
///
/// # Errors
/// A state cannot be read, or an explicitly given database is not reachable.
pub async fn status(workspace: Workspace) -> Result<Status, Failure> {
    let files = match workspace.project.is_without_sources() && workspace.lock.is_some() {
        true => None,
        false => Some(workspace.files()?),
    };
    let (mut live, silence) = match workspace.database_is_absent() {
        true if workspace.lock.is_none() => (None, Some("does not exist yet".to_owned())),
        true => (None, Some("does not exist yet; `gen up` creates it".to_owned())),
        false => match workspace.live(Missing::Refuse).await {
            Ok(live) => (live, None),
            Err(error) if workspace.is_database_named() => return Err(error.into()),
            Err(error) => (None, Some(error.to_string())),
        },
    };
    let product = live.as_ref().map_or(workspace.first(), Live::product);
    let mut model = None;
    if let Some(files) = &files {
        let (read, warnings) = workspace.model(files, product).await?;
        workspace.listener.diagnostics(&warnings, files);
        model = Some(read);
    }
    let mut sealed = workspace.sealed_if_here(product)?;
    let mut migrations = workspace.migrations(product)?;
    let unsealed = match workspace.lock {
        Some(_) => workspace.unsealed(product, &migrations)?,
        None => Vec::new(),
    };
    let explained = explain::explain(&workspace, product, &migrations, live.as_ref())?;
    // The migrations that count for this database.
    let mut obstacle = None;
    if let Some(live) = &live {
        match workspace.standing(product, &live.history) {
            Ok(standing) => migrations = standing,
            Err(Failure::Error(error)) => obstacle = Some(error),
            Err(failure) => return Err(failure),
        }
    }
    let mut stands = stand(&workspace, model.as_ref(), sealed.as_ref(), live.as_ref(), &migrations)?;
    if stands.situation != Situation::Current || !stands.ahead.is_empty() {
        // The difference may only be one of expression texts.
        if let (Some(live), Some(sealed)) = (&mut live, &mut sealed)
            && live.unify_expressions(Some(sealed), model.as_ref()).await?
        {
            stands = stand(&workspace, model.as_ref(), Some(sealed), Some(live), &migrations)?;
        }
    }
    let Standing { situation, ahead, drift, accepted } = stands;
    let obstacle = obstacle.or_else(|| live.as_ref().and_then(|live| self::obstacle(live, &migrations)));
    let repeatables = workspace.repeatables(product)?;
    let repeated = match &mut live {
        Some(live) => run::repeatables(&mut live.session, &repeatables).await?,
        None => Repeatables::default(),
    };
    let seaorm = match &mut live {
        Some(Live { session, history, .. }) => Compared::of(session, &workspace, history).await,
        None => None,
    };
    Ok(Status {
        workspace,
        model,
        sealed,
        migrations,
        unsealed,
        explained,
        live,
        silence,
        situation,
        ahead,
        drift,
        accepted,
        obstacle,
        repeatables,
        repeated,
        seaorm,
    })
}

/// Why `gen up` would not simply apply what is pending.
pub(super) fn obstacle(live: &Live, migrations: &[Migration]) -> Option<Error> {
    let files = applicables(migrations);
    let pending = run::pending(&live.history, &files);
    pending.and_then(|pending| run::refuse_functions(&live.session, pending, Direction::Up)).err()
}

/// The situation of the database, the changes of the code since the snapshot, the drift, and the accepted differences.
struct Standing {
    situation: Situation,
    ahead: Plan,
    drift: Plan,
    accepted: BTreeMap<Place, Acceptance>,
}

fn stand(
    workspace: &Workspace,
    model: Option<&Model>,
    sealed: Option<&Sealed>,
    live: Option<&Live>,
    migrations: &[Migration],
) -> Result<Standing, Failure> {
    let headings: Vec<_> = migrations.iter().map(Migration::heading).collect();
    let situation = workspace.situation(sealed, live, model, &headings)?;
    let (mut ahead, mut drift, mut accepted) = Default::default();
    if let Some(sealed) = sealed {
        accepted = sealed.origins.accepted().clone();
        if let Some(model) = model {
            let product = live.map_or(workspace.first(), Live::product);
            let target = workspace.target(product, model, &sealed.schema, &sealed.origins)?;
            ahead = diff(&sealed.schema, &target.schema, &target.renames);
            accepted = target.origins.accepted().clone();
        }
        if let (Some(live), Situation::Drifted) = (live, situation) {
            drift = diff(&sealed.schema, &live.schema, &[]);
        }
    }
    Ok(Standing { situation, ahead, drift, accepted })
}
