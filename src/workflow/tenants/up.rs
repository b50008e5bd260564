//! Applies and reverts the migrations of many tenants: what each of them lacks is told by its history before anything runs.
//!
//! Must not know how one tenant is migrated, nor how it is reported.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run::{self, Applicable, Contracts, DEFAULT_WAIT, Direction, Held, Order, Outcome, Waiting};
use sea_gen_runner::{Error, ErrorKind};

use crate::lint::allow::Allow;
use crate::project::{Canaries, OnFailure};

use super::super::apply::Verified;
use super::super::environments::refuse_unpromoted;
use super::super::{Failure, Open, applicable, refuted};
use super::choose::{self, Upwards};
use super::{Tenant, Tenants, settings};

/// The course of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// Applies what is pending, or so many of what is pending anywhere, or everything up to a migration.
    Up {
        /// A number, or a migration.
        target: Option<String>,
        /// Whether refuted migrations are applied.
        unproven: bool,
        /// Whether migrations that are older than an applied one run.
        order: Order,
        /// What is done with migrations that remove the old shape of a change.
        contracts: Contracts,
        /// Whether they run although the server sees statements that name it.
        ignores_readers: bool,
    },
    /// Reverts the newest migration that is applied anywhere, or so many, or what is newer than a migration.
    Down {
        /// A number, or the migration to which the tenants go back.
        target: Option<String>,
        /// The losses that are allowed.
        allow: Vec<Allow>,
    },
}

/// What is to be done for one tenant.
#[derive(Clone, Debug)]
pub struct Work {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// The migrations, in the order in which they run. None where only its history is written in the words of the files, after a merge
    /// of branches or a squash.
    pub ids: Vec<String>,
    /// Whether nothing was applied to it yet.
    pub is_new: bool,
    /// Whether it is migrated before the others.
    pub is_canary: bool,
}

/// What is to be done for all of them.
pub struct Plan {
    /// The tenants.
    pub tenants: Tenants,
    /// The tenants that have something to do, canaries first.
    pub work: Vec<Work>,
    /// How many have nothing to do.
    pub current: usize,
    /// Those that cannot be migrated.
    pub failed: Vec<(Arc<Tenant>, Failure)>,
    /// A migration that waits for the former version of a program to go, where there is one: that of the tenant where most waits.
    pub held: Option<Held>,
    /// How another runner is waited for.
    pub waiting: Waiting,
    /// The migrations, those that were squashed included.
    pub migrations: Vec<Migration>,
    pub(super) course: Course,
}

/// What happens while the tenants are migrated.
#[derive(Clone, Debug)]
pub enum Event {
    /// A tenant begins.
    Begun {
        /// The tenant.
        tenant: Arc<Tenant>,
        /// Whether it is a canary.
        is_canary: bool,
    },
    /// What it is at.
    At {
        /// The tenant.
        tenant: Arc<Tenant>,
        /// The migration, the number of the statement, and how many there are.
        statement: (String, usize, usize),
    },
    /// A remark about it, such as that another runner is waited for.
    Note {
        /// The tenant.
        tenant: Arc<Tenant>,
        /// The remark.
        text: String,
    },
    /// It has ended.
    Ended(Arc<Ended>),
}

/// How a tenant has ended.
#[derive(Debug)]
pub struct Ended {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// Whether it is a canary.
    pub is_canary: bool,
    /// The migrations that have run.
    pub outcomes: Vec<Outcome>,
    /// Whether it has the schema of its migrations; only a canary is read again.
    pub verified: Option<Verified>,
    /// How long it took.
    pub took: Duration,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// What a run has done.
#[derive(Debug, Default)]
pub struct Report {
    /// The tenants that were begun, in the order in which they ended, and before them those that could not be.
    pub ended: Vec<Arc<Ended>>,
    /// Those that were not begun.
    pub not_begun: Vec<Arc<Tenant>>,
    /// How many had nothing to do.
    pub current: usize,
}

impl Report {
    /// The tenants that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Arc<Ended>> {
        self.ended.iter().filter(|ended| ended.failure.is_some())
    }
}

/// Finds out what is to be done. Nothing is changed.
///
/// # Errors
/// The project is not sealed; a target that is not there. What is wrong with one tenant is in [`Plan::failed`].
pub async fn plan(tenants: Tenants, course: Course) -> Result<Plan, Failure> {
    let workspace = &tenants.workspace;
    workspace.sealed_lock()?;
    workspace.refuse_unadopted(&[tenants.product])?;
    workspace.refuse_unsealed(tenants.product, &workspace.migrations(tenants.product)?)?;
    let migrations = workspace.all_migrations(tenants.product)?;
    let limit = workspace.environment.as_ref().and_then(|it| it.lock_timeout).unwrap_or(DEFAULT_WAIT);
    let found = tenants.histories().await?;
    let lists = match &course {
        Course::Up { target, order, contracts, .. } => {
            let upwards = Upwards { target: target.as_deref(), order: *order, contracts: *contracts };
            choose::up(&migrations, &found, upwards, tenants.product)?
        }
        Course::Down { target, .. } => choose::down(&migrations, &found, target.as_deref(), tenants.product)?,
    };
    let (mut work, mut failed, mut current, mut held) = (Vec::new(), Vec::new(), 0, None::<Held>);
    for ((tenant, history), list) in tenants.tenants.iter().zip(found).zip(lists) {
        let chosen = match (history, list) {
            (Err(failure), _) | (Ok(_), Err(failure)) => {
                failed.push((Arc::clone(tenant), failure));
                continue;
            }
            (Ok(_), Ok(chosen)) => chosen,
        };
        if let Some(waits) = chosen.held
            && held.as_ref().is_none_or(|held| held.behind.len() < waits.behind.len())
        {
            held = Some(waits);
        }
        match chosen.ids.is_empty() && !chosen.follows {
            true => current += 1,
            false => {
                work.push(Work { tenant: Arc::clone(tenant), ids: chosen.ids, is_new: chosen.is_new, is_canary: false })
            }
        }
    }
    mark_canaries(&mut work, tenants.settings.canaries.as_ref());
    Ok(Plan { tenants, work, current, failed, held, waiting: limit.into(), migrations, course })
}

/// Puts the canaries in front.
fn mark_canaries(work: &mut [Work], canaries: Option<&Canaries>) {
    match canaries {
        Some(Canaries::First(count)) => work.iter_mut().take(*count).for_each(|it| it.is_canary = true),
        Some(Canaries::Named(names)) => {
            work.iter_mut().for_each(|it| it.is_canary = names.contains(&it.tenant.name));
            let place = |it: &Work| names.iter().position(|name| *name == it.tenant.name).unwrap_or(names.len());
            work.sort_by_key(place);
        }
        None => {}
    }
}

impl Plan {
    /// The direction in which the migrations run.
    pub fn direction(&self) -> Direction {
        match self.course {
            Course::Up { .. } => Direction::Up,
            Course::Down { .. } => Direction::Down,
        }
    }

    /// Whether nothing is begun, because a tenant cannot be migrated and the configuration stops then.
    pub fn is_stopped(&self) -> bool {
        !self.failed.is_empty() && self.tenants.on_failure == OnFailure::Stop
    }

    /// Refuses what no tenant may do: the environment is protected, a migration was refuted, is not applied yet in the environment that
    /// this one requires, creates a column whose personal data may not be stored here, or removes what is still read.
    ///
    /// # Errors
    /// The reason.
    pub async fn refuse(&self) -> Result<(), Failure> {
        let workspace = &self.tenants.workspace;
        workspace.refuse_protected()?;
        self.refuse_files()?;
        let Course::Up { unproven, ignores_readers, .. } = self.course else { return Ok(()) };
        let wanted: BTreeSet<&str> = self.work.iter().flat_map(|work| &work.ids).map(String::as_str).collect();
        let wanted: Vec<&Migration> =
            self.migrations.iter().filter(|migration| wanted.contains(migration.id.as_str())).collect();
        let files: Vec<Applicable<'_>> = wanted.iter().map(|migration| applicable(migration)).collect();
        if !unproven {
            refuted::refuse(workspace.sealed_lock()?, files.iter())?;
        }
        let up: BTreeSet<&MigrationId> = wanted.iter().map(|migration| &migration.id).collect();
        self.refuse_elsewhere(&up)?;
        self.refuse_unpromoted(&files).await?;
        if ignores_readers { Ok(()) } else { self.refuse_readers().await }
    }

    /// Refuses to create a column whose personal data may not be stored in the region of the environment.
    fn refuse_elsewhere(&self, up: &BTreeSet<&MigrationId>) -> Result<(), Failure> {
        let (workspace, product) = (&self.tenants.workspace, self.tenants.product);
        if workspace.environment.as_ref().is_none_or(|environment| environment.region.is_none()) {
            return Ok(());
        }
        // A squashed migration and those that it replaces create the same columns, each for some of the tenants.
        workspace.refuse_elsewhere(product, &workspace.migrations(product)?, up)?;
        workspace.refuse_elsewhere(product, &workspace.original_migrations(product)?, up)
    }

    /// Repeatable files and hooks would be left out of every tenant, and nobody would notice.
    fn refuse_files(&self) -> Result<(), Failure> {
        let (workspace, product) = (&self.tenants.workspace, self.tenants.product);
        let (files, hooks) = (workspace.repeatables(product)?, workspace.hooks(product)?);
        let paths = files.iter().chain(hooks.iter().map(|hook| &hook.file)).map(|file| file.path.as_str());
        let Some(first) = paths.into_iter().next() else { return Ok(()) };
        Err(Error::new(format!("`--tenants` runs migrations only, and the project has `{first}`"))
            .of(ErrorKind::Refused)
            .hint("put it into a migration, or run `gen up --database-url …` for each tenant")
            .into())
    }

    async fn refuse_unpromoted(&self, files: &[Applicable<'_>]) -> Result<(), Failure> {
        let workspace = &self.tenants.workspace;
        let environment = workspace.environment.as_ref();
        let Some((name, required)) = environment.and_then(|it| Some((it.name.as_ref()?, it.requires.as_ref()?))) else {
            return Ok(());
        };
        if files.is_empty() {
            return Ok(());
        }
        let database = crate::project::NamedDatabase { environment: Some(required.clone()), url: None };
        let open = Open {
            folder: Some(workspace.root().to_owned()),
            database,
            listener: Arc::clone(&workspace.listener),
            ..Open::default()
        };
        let before = super::super::Workspace::open(open)?;
        // An environment without tenants has one history.
        if settings(&before).source.is_none() {
            let history = before.history().await?.unwrap_or_default();
            // That database may have a squashed migration in the place of some, or the other way round.
            let history = run::as_filed(&history, files);
            for file in files {
                refuse_unpromoted(file, &history, (name, required), "")?;
            }
            return Ok(());
        }
        for history in Tenants::of(before, &[]).await?.histories().await? {
            let history = run::as_filed(&history?, files);
            for file in files {
                refuse_unpromoted(file, &history, (name, required), " --tenants")?;
            }
        }
        Ok(())
    }
}
