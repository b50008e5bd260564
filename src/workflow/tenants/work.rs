//! Runs a plan: the canaries one after another, then several tenants at once, each under its own lock.
//!
//! A worker keeps its session from one tenant to the next where the server allows it. Must not know how it is reported.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, Contracts, Order, Outcome, Progress, Target, Waiting};
use sea_gen_runner::session::{Home, Session, interrupted};
use sea_gen_runner::{Attribution, Error, ErrorKind, sql};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::dialect::Product;
use crate::project::OnFailure;

use super::super::apply::{Bench, Verified};
use super::super::webhooks::{self, Alarm};
use super::super::{Failure, Silent, Workspace, applicables, histories};
use super::histories::connected;
use super::up::{Course, Ended, Event, Plan, Report, Work};
use super::{Tenant, Tenants};

/// What the workers have in common.
struct Shared {
    tenants: Tenants,
    migrations: Vec<Migration>,
    course: Course,
    waiting: Waiting,
    /// What the log of each says of the run.
    by: Attribution,
    alarm: Alarm,
    /// What is left to do.
    queue: Mutex<VecDeque<Work>>,
    is_stopped: AtomicBool,
    /// Whether one session goes from tenant to tenant.
    keeps_session: bool,
}

impl Plan {
    /// Runs the plan, which [`Plan::refuse`] must not refuse. A tenant that failed is in the report.
    ///
    /// # Errors
    /// Reverting would lose data that is not allowed to be lost; then nothing was run.
    pub async fn run(self, watch: &mut (dyn FnMut(&Event) + Send)) -> Result<Report, Failure> {
        self.refuse_losses().await?;
        let is_stopped = self.is_stopped();
        let Self { tenants, work, current, failed, held: _, waiting, migrations, course } = self;
        let workspace = tenants.workspace.clone();
        let mut report = Report { current, ..Report::default() };
        for (tenant, failure) in failed {
            told(&mut report, Event::Ended(Arc::new(failed_before(tenant, failure))), watch);
        }
        if is_stopped {
            report.not_begun = work.into_iter().map(|work| work.tenant).collect();
            webhooks::tenants_failed(&workspace, &report).await;
            return Ok(report);
        }
        let parallel = tenants.parallel;
        let all: Vec<Arc<Tenant>> = work.iter().map(|work| Arc::clone(&work.tenant)).collect();
        let ids: BTreeSet<&str> = work.iter().flat_map(|work| &work.ids).map(String::as_str).collect();
        let runs = |migration: &&Migration| ids.contains(migration.id.as_str());
        // What is reverted may have no file any more, so that it is not known what it sets.
        let keeps_session = tenants.are_on_one_session()
            && matches!(course, Course::Up { .. })
            && !migrations.iter().filter(runs).any(run::changes_session);
        let (canaries, others): (Vec<Work>, Vec<Work>) = work.into_iter().partition(|work| work.is_canary);
        let shared = Arc::new(Shared {
            by: workspace.attribution_of_tenants(&course),
            alarm: Alarm::of(&workspace),
            tenants,
            migrations,
            course,
            waiting,
            queue: Mutex::new(canaries.into()),
            is_stopped: AtomicBool::new(false),
            keeps_session,
        });
        at_once(&shared, 1, &mut report, watch).await;
        let others = others.into_iter();
        if report.ended.iter().any(|ended| ended.is_canary && ended.failure.is_some()) || interrupted() {
            report.not_begun.extend(shared.left().into_iter().chain(others).map(|work| work.tenant));
        } else {
            shared.queue().extend(others);
            at_once(&shared, parallel, &mut report, watch).await;
            report.not_begun.extend(shared.left().into_iter().map(|work| work.tenant));
        }
        let not_begun = report.not_begun.iter().map(|tenant| tenant.name.clone());
        let told_of: BTreeSet<String> =
            report.ended.iter().map(|ended| ended.tenant.name.clone()).chain(not_begun).collect();
        for tenant in all.into_iter().filter(|tenant| !told_of.contains(&tenant.name)) {
            let failure = Error::new("internal error: a worker panicked").into();
            told(&mut report, Event::Ended(Arc::new(failed_before(tenant, failure))), watch);
        }
        webhooks::tenants_failed(&workspace, &report).await;
        Ok(report)
    }
}

/// A tenant of which nothing has run.
fn failed_before(tenant: Arc<Tenant>, failure: Failure) -> Ended {
    let (outcomes, took) = (Vec::new(), Duration::ZERO);
    Ended { tenant, is_canary: false, outcomes, verified: None, took, failure: Some(failure) }
}

/// Lets so many workers empty the queue.
async fn at_once(shared: &Arc<Shared>, workers: usize, report: &mut Report, watch: &mut (dyn FnMut(&Event) + Send)) {
    let (events, mut told_of) = unbounded_channel();
    let mut running = JoinSet::new();
    for _ in 0..workers.min(shared.queue().len()) {
        running.spawn(work(Arc::clone(shared), events.clone()));
    }
    drop(events);
    while let Some(event) = told_of.recv().await {
        told(report, event, watch);
    }
    while running.join_next().await.is_some() {}
}

fn told(report: &mut Report, event: Event, watch: &mut (dyn FnMut(&Event) + Send)) {
    watch(&event);
    if let Event::Ended(ended) = event {
        report.ended.push(ended);
    }
}

async fn work(shared: Arc<Shared>, events: UnboundedSender<Event>) {
    let files = applicables(&shared.migrations);
    let mut session: Option<Session> = None;
    while let Some(work) = shared.next() {
        let Work { tenant, is_canary, .. } = &work;
        let _ = events.send(Event::Begun { tenant: Arc::clone(tenant), is_canary: *is_canary });
        let (begun, mut outcomes) = (Instant::now(), Vec::new());
        let mut done = shared.migrate((&work, &files), &mut session, (&events, &mut outcomes)).await;
        if done.is_err() || !shared.keeps_session {
            close(session.take()).await;
        }
        let mut verified = None;
        if *is_canary && done.is_ok() {
            verified = verify(shared.tenants.workspace_of(tenant), &outcomes).await;
            if verified == Some(Verified::No) {
                done = Err(differs(tenant).into());
            }
        }
        if done.is_err() && (shared.tenants.on_failure == OnFailure::Stop || *is_canary) {
            shared.is_stopped.store(true, Ordering::SeqCst);
        }
        let (tenant, is_canary) = (Arc::clone(tenant), *is_canary);
        let ended = Ended { tenant, is_canary, outcomes, verified, took: begun.elapsed(), failure: done.err() };
        let _ = events.send(Event::Ended(Arc::new(ended)));
    }
    close(session).await;
}

async fn close(session: Option<Session>) {
    if let Some(session) = session {
        session.close().await;
    }
}

/// Whether a tenant has the schema of its migrations.
async fn verify(mut workspace: Workspace, outcomes: &[Outcome]) -> Option<Verified> {
    // What it reads is no phase of the run.
    workspace.listener = Arc::new(Silent);
    match Bench::of(workspace, false, true).await {
        Ok(mut bench) => {
            let verified = bench.verify(outcomes).await;
            bench.live.session.close().await;
            verified
        }
        Err(failure) => Some(Verified::Unknown(format!("the database cannot be read: {failure}"))),
    }
}

fn differs(canary: &Tenant) -> Error {
    Error::new(format!("the canary `{}` does not have the schema that its migrations lead to", canary.name))
        .hint(format!("`gen drift --tenants {}` lists what differs", canary.name))
}

impl Shared {
    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Work>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Work> {
        let goes_on = !self.is_stopped.load(Ordering::SeqCst) && !interrupted();
        if goes_on { self.queue().pop_front() } else { None }
    }

    fn left(&self) -> VecDeque<Work> {
        std::mem::take(&mut *self.queue())
    }

    /// Migrates one tenant. What has run is in `outcomes` even if it fails.
    async fn migrate(
        &self,
        (work, files): (&Work, &[Applicable<'_>]),
        session: &mut Option<Session>,
        (events, outcomes): (&UnboundedSender<Event>, &mut Vec<Outcome>),
    ) -> Result<(), Failure> {
        let tenant = &work.tenant;
        let session = self.session_for(tenant, session).await?;
        let mut current = String::new();
        let mut alarm = self.alarm.of_tenant(&tenant.name);
        let mut watch = |progress: Progress<'_>| {
            alarm.hear(&progress);
            let note = |text: String| Some(Event::Note { tenant: Arc::clone(tenant), text });
            let event = match progress {
                Progress::Waiting { holder } => {
                    let by = holder.map(|holder| format!(" ({holder})")).unwrap_or_default();
                    note(format!("waiting for another runner{by}"))
                }
                Progress::Ended { holder } => note(format!("ended a runner whose client is gone ({holder})")),
                Progress::Noting { what } => note(what.to_owned()),
                Progress::Stepping { why } => note(format!("{why}; trying again")),
                Progress::Started { id, .. } => {
                    id.clone_into(&mut current);
                    None
                }
                Progress::Statement { number, of, .. } => {
                    Some(Event::At { tenant: Arc::clone(tenant), statement: (current.clone(), number, of) })
                }
                Progress::Finished(outcome) => {
                    outcomes.push(outcome.clone());
                    None
                }
                _ => None,
            };
            if let Some(event) = event {
                let _ = events.send(event);
            }
        };
        let done = match work.ids.last() {
            Some(last) => {
                let (last, count) = (Target::Id(last.clone()), Target::Count(work.ids.len()));
                let course = match &self.course {
                    Course::Up { order: Order::Any, .. } => run::Course::OutOfOrder(&last),
                    Course::Up { contracts: Contracts::Apply, .. } => run::Course::UpContracting(&last),
                    Course::Up { contracts: Contracts::Wait, .. } => run::Course::Up(&last),
                    Course::Down { .. } => run::Course::Down(&count),
                };
                run::go(session, files, course, self.waiting, &mut watch).await.map(drop)
            }
            None => run::follow_files(session, files, self.waiting.limit).await.map(|done| outcomes.extend(done)),
        };
        let followed = histories::follow(session, &self.tenants.workspace).await;
        done.and(followed).map_err(Failure::from)
    }

    /// The session of the worker, at the home of a tenant.
    async fn session_for<'s>(
        &self,
        tenant: &Tenant,
        session: &'s mut Option<Session>,
    ) -> Result<&'s mut Session, Error> {
        let mut here = match session.take() {
            Some(here) => here,
            None => {
                let workspace = match self.keeps_session {
                    true => self.tenants.workspace.clone(),
                    false => self.tenants.workspace_of(tenant),
                };
                let mut new = connected(&workspace).await?;
                new.attribute(self.by.clone());
                if self.keeps_session {
                    new.stay();
                }
                new
            }
        };
        if self.tenants.are_on_one_session() {
            let at = here.go_to(&tenant.home).await.map_err(|error| unreachable(tenant, &here).because(error))?;
            if at.as_deref() != Some(&*tenant.home.name()) {
                return Err(unreachable(tenant, &here));
            }
        }
        Ok(session.insert(here))
    }
}

/// The error for a schema or database that is not there, or that the role may not use.
fn unreachable(tenant: &Tenant, session: &Session) -> Error {
    let product = session.product();
    let name = sql::quote(product, &tenant.home.name());
    let what = if matches!(tenant.home, Home::Schema { .. }) { "schema" } else { "database" };
    let error = Error::new(format!("there is no {what} {name}, or the role has no right to it")).of(ErrorKind::Refused);
    match product {
        Product::Postgres => error.hint(format!("`GRANT USAGE, CREATE ON SCHEMA {name} TO …`")),
        Product::MySql | Product::MariaDb | Product::Sqlite => error.hint(format!("`GRANT ALL ON {name}.* TO …`")),
    }
}
