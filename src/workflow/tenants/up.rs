//! Applies and reverts the migrations of many tenants: what each of them lacks is told by its history before anything runs.
//!
//! Must not know how one tenant is migrated, nor how it is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, DEFAULT_WAIT, Direction, Order, Outcome, Record, Target, Waiting};
use sea_gen_runner::{Error, ErrorKind};

use crate::lint::allow::Allow;
use crate::project::{Canaries, OnFailure};

use super::super::apply::{self, Verified};
use super::super::environments::refuse_unpromoted;
use super::super::{Failure, Open, applicable, applicables, refuted};
use super::histories::History;
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
    /// The migrations, in the order in which they run.
    pub ids: Vec<String>,
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
    /// How another runner is waited for.
    pub waiting: Waiting,
    /// The migrations, oldest first.
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
    let migrations = workspace.migrations(tenants.product)?;
    workspace.refuse_unsealed(tenants.product, &migrations)?;
    let limit = workspace.environment.as_ref().and_then(|it| it.lock_timeout).unwrap_or(DEFAULT_WAIT);
    let found = tenants.histories().await?;
    let lists = match &course {
        Course::Up { target, order, .. } => up(&migrations, &found, (target.as_deref(), *order), tenants.product)?,
        Course::Down { target, .. } => down(&migrations, &found, target.as_deref(), tenants.product)?,
    };
    let (mut work, mut failed, mut current) = (Vec::new(), Vec::new(), 0);
    for ((tenant, history), list) in tenants.tenants.iter().zip(found).zip(lists) {
        match (history, list) {
            (Err(failure), _) | (Ok(_), Err(failure)) => failed.push((Arc::clone(tenant), failure)),
            (Ok(_), Ok(ids)) if ids.is_empty() => current += 1,
            (Ok(_), Ok(ids)) => work.push(Work { tenant: Arc::clone(tenant), ids, is_canary: false }),
        }
    }
    mark_canaries(&mut work, tenants.settings.canaries.as_ref());
    Ok(Plan { tenants, work, current, failed, waiting: limit.into(), migrations, course })
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

/// The migrations of each tenant, in the order in which they run; those with a history that cannot be read have none.
type Lists = Vec<Result<Vec<String>, Failure>>;

fn up(
    migrations: &[Migration],
    found: &[History],
    (target, order): (Option<&str>, Order),
    product: crate::dialect::Product,
) -> Result<Lists, Failure> {
    let files = applicables(migrations);
    let to = |target: &Target| -> Lists {
        by_history(found, |history| {
            let history = run::as_filed(history, &files);
            let chosen = run::to_apply(&history, &files, (target, order), product)?;
            Ok(chosen.into_iter().map(Applicable::id).collect())
        })
    };
    Ok(match target.map_or(Ok(Target::All), |text| apply::target(text, migrations))? {
        // As many as are pending anywhere: whoever failed at one of them does not hold the others back when it is tried again.
        Target::Count(count) => {
            let all = to(&Target::All);
            let pending: BTreeSet<&String> = all.iter().flatten().flatten().collect();
            let wanted: BTreeSet<String> = pending.into_iter().take(count).cloned().collect();
            all.into_iter()
                .map(|list| list.map(|ids| ids.into_iter().filter(|id| wanted.contains(id)).collect()))
                .collect()
        }
        target => to(&target),
    })
}

fn down(
    migrations: &[Migration],
    found: &[History],
    target: Option<&str>,
    product: crate::dialect::Product,
) -> Result<Lists, Failure> {
    let files = applicables(migrations);
    let recorded = || found.iter().flatten().flat_map(|history| history.iter().map(|record| record.id.as_str()));
    let applied: BTreeSet<&str> = recorded().collect();
    let wanted: BTreeSet<&str> = match target.map_or(Ok(Target::Count(1)), |text| apply::target(text, migrations))? {
        Target::Count(count) => applied.iter().rev().take(count).copied().collect(),
        Target::Id(id) => applied.iter().filter(|it| **it > id.as_str()).copied().collect(),
        _ => applied,
    };
    Ok(by_history(found, |history| {
        let count = history.iter().rev().take_while(|record| wanted.contains(record.id.as_str())).count();
        let kept = run::kept(history, &files, product)?;
        let all: Vec<Applicable<'_>> = files.iter().cloned().chain(kept.iter().map(Applicable::from)).collect();
        let chosen = run::to_revert(history, &all, &Target::Count(count), product)?;
        Ok(chosen.into_iter().map(Applicable::id).collect())
    }))
}

/// What follows from each history. Equal histories are one value, and are looked at once.
fn by_history(found: &[History], list: impl Fn(&[Record]) -> Result<Vec<String>, Failure>) -> Lists {
    let mut known: BTreeMap<*const Vec<Record>, Vec<String>> = BTreeMap::new();
    let lists = found.iter().map(|history| {
        let Ok(history) = history else { return Ok(Vec::new()) };
        if let Some(ids) = known.get(&Arc::as_ptr(history)) {
            return Ok(ids.clone());
        }
        let ids = list(history)?;
        known.insert(Arc::as_ptr(history), ids.clone());
        Ok(ids)
    });
    lists.collect()
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

    /// Refuses what no tenant may do: the environment is protected, a migration was refuted, or is not applied yet in the environment
    /// that this one requires.
    ///
    /// # Errors
    /// The reason.
    pub async fn refuse(&self) -> Result<(), Failure> {
        let workspace = &self.tenants.workspace;
        workspace.refuse_protected()?;
        self.refuse_files()?;
        let Course::Up { unproven, .. } = self.course else { return Ok(()) };
        let wanted: BTreeSet<&str> = self.work.iter().flat_map(|work| &work.ids).map(String::as_str).collect();
        let wanted = self.migrations.iter().filter(|migration| wanted.contains(migration.id.as_str()));
        let files: Vec<Applicable<'_>> = wanted.map(applicable).collect();
        if !unproven {
            refuted::refuse(workspace.sealed_lock()?, files.iter())?;
        }
        self.refuse_unpromoted(&files).await
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
            for file in files {
                refuse_unpromoted(file, &history, (name, required), "")?;
            }
            return Ok(());
        }
        for history in Tenants::of(before, &[]).await?.histories().await? {
            let history = history?;
            for file in files {
                refuse_unpromoted(file, &history, (name, required), " --tenants")?;
            }
        }
        Ok(())
    }
}
