//! Applies and reverts migrations: selects them, checks their losses, and records the resulting fingerprint of the
//! database.
//!
//! Must not know how a migration is executed, nor how it is reported.

use std::path::PathBuf;

use sea_gen_runner::hook::Hook;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{
    self, Applicable, Contracts, DEFAULT_WAIT, Direction, DueFile, Files, Order, Outcome, Progress, ProgressCallback,
    State, Target, Waiting,
};
use sea_gen_runner::session::{Missing, Session};
use sea_gen_runner::sql_file::SqlFile;

use crate::dialect::casts::Casts;
use crate::dialect::rows::{self, RowQuery};
use crate::dialect::{self, Product, Role, Statement, reading};
use crate::lint::allow::Allow;
use crate::lint::{self, Finding};
use crate::project::backups::BACKUPS;
use crate::project::{count, find_id, fingerprint};
use crate::state::{self, Situation};

use super::attribution::Circumstances;
use super::backup::{Backup, backup};
pub use super::course::Course;
use super::squash::standing;
use super::webhooks::{self, Alarm};
use super::{
    Failure, Known, Live, Open, Workspace, applicable, applicables, histories, occupied, recognisable, refuted, sizes,
    stakes, text,
};

/// The project, its database, and the migrations for it.
pub struct Bench {
    /// The project.
    pub workspace: Workspace,
    /// The database.
    pub live: Live,
    /// The migrations that count for it, oldest first.
    pub migrations: Vec<Migration>,
    /// Squashed migrations that were recorded in the place of those that they replace.
    pub recorded: Vec<Outcome>,
    /// All migrations, those that were squashed included.
    pub(super) all: Vec<Migration>,
    /// The migrations that are applied and have no file any more, with the DOWN sections that the history keeps, and their
    /// checksums.
    kept: Vec<(Migration, String)>,
    /// The repeatable files, by name.
    pub repeatables: Vec<SqlFile>,
    /// The hooks of the environment.
    pub hooks: Vec<Hook>,
    /// How another runner is waited for.
    pub waiting: Waiting,
    /// What is done with migrations that remove the old shape of a change.
    pub contracts: Contracts,
    /// The folder of the backup that is made before a run, from the project's root; `None` makes none.
    pub backup: Option<PathBuf>,
    /// Queries that must find no row after the run, besides those of the migrations.
    pub verify_data: Vec<String>,
    /// Whether no command of `[hooks]` runs.
    pub skips_commands: bool,
    /// Whether the losses of reverting were checked and are allowed.
    may_go_back: bool,
    pub(super) circumstances: Circumstances,
}

/// A migration by its index in [`Bench`], those without a file after the others, and its direction.
pub type Chosen = (usize, Direction);

/// The data that reverting deletes.
pub struct Losses {
    /// Statements whose deletions are not known, each with the reason.
    pub unknown: Vec<(String, String)>,
    /// Losses of existing data that nobody allowed.
    pub refused: Vec<RefusedLoss>,
}

/// A loss of existing data that nobody allowed.
pub struct RefusedLoss {
    /// The finding of the lint rule.
    pub finding: Finding,
    /// What is lost, with the number of rows or values.
    pub line: String,
}

impl Bench {
    /// Opens the project and its database. With `creates`, a missing SQLite file is created, except in a rehearsal.
    pub async fn open(open: impl Into<Open>, creates: bool, is_rehearsal: bool) -> Result<Self, Failure> {
        let workspace = Workspace::open(open)?;
        workspace.sealed_lock()?;
        if !is_rehearsal {
            workspace.refuse_protected()?;
        }
        Self::of(workspace, creates, is_rehearsal).await
    }

    /// The same for a project that is open, whose database may be changed.
    ///
    /// # Errors
    /// Those of [`Bench::open`].
    pub async fn of(workspace: Workspace, creates: bool, is_rehearsal: bool) -> Result<Self, Failure> {
        let mut live = match creates {
            true if is_rehearsal => workspace.rehearsed().await?,
            true => workspace.required(Missing::Create).await?,
            false => workspace.required(Missing::Refuse).await?,
        };
        workspace.refuse_unadopted(&[live.product()])?;
        workspace.refuse_unsealed(live.product(), &workspace.migrations(live.product())?)?;
        let all = workspace.all_migrations(live.product())?;
        let mut recorded = Vec::new();
        if !is_rehearsal {
            recorded = run::follow_files(&mut live.session, &applicables(&all), DEFAULT_WAIT).await?;
        }
        let (repeatables, hooks) = (workspace.repeatables(live.product())?, workspace.hooks(live.product())?);
        let migrations = standing(&all, &live.history)?;
        let kept = run::kept(&live.history, &applicables(&all), live.product())?;
        let environment = workspace.environment.as_ref();
        let limit = environment.and_then(|it| it.lock_timeout).unwrap_or(DEFAULT_WAIT);
        let backup = environment.filter(|it| it.requires_backup).map(|_| PathBuf::from(BACKUPS));
        Ok(Self {
            workspace,
            live,
            migrations,
            all,
            recorded,
            kept,
            repeatables,
            hooks,
            waiting: limit.into(),
            contracts: Contracts::Wait,
            backup,
            verify_data: Vec::new(),
            skips_commands: false,
            may_go_back: false,
            circumstances: Circumstances::default(),
        })
    }

    /// Parses a target: a count or an id.
    pub fn target(&self, text: &str) -> Result<Target, Failure> {
        target(text, &self.migrations)
    }

    /// Finds a migration by id, name or prefix.
    pub fn id(&self, text: &str) -> Result<String, Failure> {
        Ok(find_id(text, self.migrations.iter().map(|migration| &migration.id))?.to_string())
    }

    /// Records pending migrations whose result the database already has, because it was synchronised before they were
    /// written. A rehearsal only returns them.
    pub async fn recognise(
        &mut self,
        course: &Course,
        is_rehearsal: bool,
        watch: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>, Failure> {
        let Course::Up { recognises_rows, .. } = course else { return Ok(Vec::new()) };
        if !is_rehearsal {
            self.workspace.attribute_run(&mut self.live.session, course, &self.circumstances);
        }
        if matches!(course, Course::Up { order: Order::Any, .. }) {
            return Ok(Vec::new());
        }
        let mut is_consistent = false;
        loop {
            // An interrupted migration goes on first; between its statements the database has no known schema.
            if self.live.history.iter().any(|record| !record.status.is_done()) {
                return Ok(Vec::new());
            }
            let mut sealed = self.workspace.sealed_if_here(self.live.product())?;
            let headings: Vec<_> = self.migrations.iter().map(Migration::heading).collect();
            let mut situation = self.workspace.situation(sealed.as_ref(), Some(&self.live), None, &headings)?;
            if situation == Situation::Drifted && self.live.unify_expressions(sealed.as_mut(), None).await? {
                situation = self.workspace.situation(sealed.as_ref(), Some(&self.live), None, &headings)?;
            }
            match situation {
                Situation::Ahead => {}
                Situation::Drifted if !is_consistent => {
                    // Another runner may have finished a migration after one of history and catalog was read and before the other.
                    let before = run::history(&mut self.live.session).await?;
                    self.live.read_again(&self.workspace).await?;
                    is_consistent = before == self.live.history;
                    continue;
                }
                Situation::Drifted => {
                    occupied::refuse(&self.live, sealed.as_ref(), &self.migrations)?;
                    self.workspace.note(
                        "note: the database does not match the last applied migration; `gen drift` shows the differences",
                    );
                    return Ok(Vec::new());
                }
                _ => return Ok(Vec::new()),
            }
            let files = applicables(&self.migrations);
            let fingerprints = self.live.fingerprints();
            let Live { session, schema, history, .. } = &mut self.live;
            let known = Known { history, schema: schema.schema(), fingerprints: &fingerprints };
            let found = recognisable(known, &files, *recognises_rows)?;
            let scope = self.workspace.scope();
            if found.is_empty()
                || is_rehearsal
                || super::recognise(session, (&found, State::Recognised), known, &scope, self.waiting, watch).await?
            {
                return Ok(found.into_iter().map(|file| Outcome::recognised(file.id())).collect());
            }
            // Another process changed the database, so the decision is made again.
            self.live.read_again(&self.workspace).await?;
        }
    }

    /// Where recognised migrations are.
    pub fn places(&self, recognised: &[Outcome]) -> Vec<Chosen> {
        let place = |outcome: &Outcome| self.migrations.iter().position(|it| it.id.as_str() == outcome.id);
        recognised.iter().filter_map(|outcome| Some((place(outcome)?, Direction::Up))).collect()
    }

    /// The migrations of a course in execution order, without recognised ones.
    ///
    /// # Errors
    /// History and files contradict each other; a migration cannot be executed here, or not in this direction.
    pub fn chosen(&self, course: &Course, recognised: &[Outcome]) -> Result<Vec<Chosen>, Failure> {
        let (files, history, product) = (applicables(&self.migrations), &self.live.history, self.live.product());
        let all: Vec<Applicable<'_>> = files.iter().cloned().chain(self.kept.iter().map(Applicable::from)).collect();
        let up = |target: &Target, order| run::to_apply(history, &files, (target, order), product);
        let down = |target: &Target| run::to_revert(history, &all, target, product);
        let of = |found: Vec<&Applicable<'_>>, direction| -> Vec<Chosen> {
            let place = |file: &Applicable<'_>| all.iter().position(|it| it.migration.id == file.migration.id);
            found.into_iter().filter_map(|file| Some((place(file)?, direction))).collect()
        };
        Ok(match course {
            Course::Up { target, order, .. } => {
                let every = applicables(&self.all);
                let (mut found, _) = run::before_held(history, up(target, *order)?, &every, self.contracts);
                found.retain(|file| !recognised.iter().any(|outcome| outcome.id == file.id()));
                of(found, Direction::Up)
            }
            Course::Down(target) => {
                refuse_too_many(history.len(), target)?;
                of(down(target)?, Direction::Down)
            }
            Course::Redo => {
                let found = down(&Target::Count(1))?;
                let back = found.iter().rev().copied().collect();
                of(found, Direction::Down).into_iter().chain(of(back, Direction::Up)).collect()
            }
            Course::Goto(id) => {
                let target = Target::Id(id.clone());
                match history.iter().any(|record| record.id == *id) {
                    true => of(down(&target)?, Direction::Down),
                    false => of(up(&target, Order::Strict)?, Direction::Up),
                }
            }
        })
    }

    fn migration(&self, at: usize) -> Option<&Migration> {
        let kept = || self.kept.get(at.checked_sub(self.migrations.len())?).map(|(migration, _)| migration);
        self.migrations.get(at).or_else(kept)
    }

    /// The chosen migrations.
    pub fn migrations_at(&self, chosen: &[Chosen]) -> Vec<(&Migration, Direction)> {
        chosen.iter().filter_map(|(at, direction)| Some((self.migration(*at)?, *direction))).collect()
    }

    /// Notes on statements that block other sessions on a large table, with its size.
    pub async fn sizes(&mut self, chosen: &[Chosen]) -> Vec<String> {
        let chosen: Vec<_> =
            chosen.iter().filter_map(|(at, direction)| Some((self.migrations.get(*at)?, *direction))).collect();
        sizes::notes(&mut self.live.session, &chosen).await
    }

    /// The losses of reverting, counted if possible.
    ///
    /// # Errors
    /// An `allow` option that matches no finding.
    pub async fn losses(&mut self, chosen: &[Chosen], allow: &[Allow]) -> Result<Losses, Failure> {
        let mut losses = Losses { unknown: Vec::new(), refused: Vec::new() };
        self.circumstances.allowed = allow.to_vec();
        let migrations = chosen.iter().filter(|(_, direction)| *direction == Direction::Down);
        let migrations = migrations.filter_map(|(at, _)| self.migration(*at));
        let statements: Vec<Statement> = migrations.flat_map(|migration| migration.down.clone()).collect();
        if statements.is_empty() && allow.is_empty() {
            self.may_go_back = true;
            return Ok(losses);
        }
        let (product, live) = (self.live.product(), &mut self.live);
        let dialect = dialect::of(product);
        let readings: Vec<_> = statements.iter().map(|statement| reading::read(product, &statement.sql)).collect();
        let schema = live.schema.schema();
        for (statement, reading) in statements.iter().zip(&readings) {
            losses.unknown.extend(reading.unnamed().map(|why| (statement.sql.clone(), why.to_owned())));
        }
        let home = home(&mut live.session).await;
        let casts = Casts { dialect, from: schema, to: schema };
        let (mut findings, plan) = lint::losses(&readings, schema, &home, &casts);
        let at_stake = state::stakes(dialect, &live.schema, &live.schema, &plan);
        // If the file has a preflight check, nothing is lost: the migration stops.
        let checks: Vec<&str> =
            statements.iter().filter(|it| matches!(it.role, Role::Check(_))).map(|it| it.sql.as_str()).collect();
        let is_checked = |query: &RowQuery| checks.contains(&&*rows::query_text(dialect, query));
        findings.retain(|it| !at_stake.query(&it.place, it.stake).is_some_and(is_checked));
        stakes::refuse_unfit(&findings, allow)?;
        findings.retain(|finding| !allow.iter().any(|allow| allow.covers(finding)));
        let held = stakes::held(&findings, &at_stake, &mut live.session).await;
        losses.refused =
            held.into_iter().map(|(finding, line)| RefusedLoss { finding: finding.clone(), line }).collect();
        self.may_go_back = losses.refused.is_empty() || self.workspace.is_development();
        Ok(losses)
    }

    /// Refuses to apply refuted migrations, unless the course allows it.
    pub fn refuse_refuted(&self, course: &Course, chosen: &[Chosen]) -> Result<(), Failure> {
        let may = matches!(course, Course::Up { unproven: true, .. } | Course::Down(_) | Course::Redo);
        if may {
            return Ok(());
        }
        let up = chosen.iter().filter(|(_, direction)| *direction == Direction::Up);
        let files: Vec<_> = up.filter_map(|(at, _)| self.migrations.get(*at)).map(applicable).collect();
        refuted::refuse(self.workspace.sealed_lock()?, files.iter())
    }

    /// Makes the backup that was asked for, or that the environment requires, if anything is to be run.
    ///
    /// # Errors
    /// It cannot be made, or restored into a scratch database. Then no file is left.
    pub async fn back_up(&mut self, chosen: &[Chosen], due: &[DueFile]) -> Result<Option<Backup>, Failure> {
        match &self.backup {
            Some(folder) if !chosen.is_empty() || !due.is_empty() => {
                let made = backup(&self.workspace, &mut self.live, &folder.clone()).await?;
                self.circumstances.backed_up(&self.workspace, &made);
                Ok(Some(made))
            }
            _ => Ok(None),
        }
    }

    /// Runs the course.
    ///
    /// # Errors
    /// Those of the runner; the losses of reverting were not checked by [`Bench::losses`], or are not allowed.
    pub async fn run(&mut self, course: &Course, watch: ProgressCallback<'_>) -> sea_gen_runner::Result<()> {
        let goes_back = !matches!(course, Course::Up { .. });
        if goes_back && !self.may_go_back {
            let error = sea_gen_runner::Error::new("reverting would lose data; nothing was run");
            return Err(error.hint("check `Bench::losses`, and allow the losses"));
        }
        let files = applicables(&self.all);
        let files = Files {
            migrations: &files,
            repeatables: &self.repeatables,
            hooks: &self.hooks,
            environment: self.workspace.environment_name(),
        };
        let session = &mut self.live.session;
        self.workspace.attribute_run(session, course, &self.circumstances);
        let mut alarm = Alarm::of(&self.workspace);
        let mut heard = |progress: Progress<'_>| {
            alarm.hear(&progress);
            watch(progress);
        };
        // On the heap: its future is large, and a program of somebody else may run on a small stack.
        let going = Box::pin(run::go(session, files, course.of_runner(self.contracts), self.waiting, &mut heard));
        let outcomes = going.await;
        drop(alarm);
        if let Err(error) = &outcomes {
            webhooks::failed(&self.workspace, error).await;
        }
        let followed = histories::follow(session, &self.workspace).await;
        outcomes.map(drop).and(followed)
    }

    /// Reads the database again after a run: whether it has the schema that the applied migrations lead to; `None` if none is
    /// applied any more. Its fingerprint with its own expression texts is recorded, so that it is recognised when the snapshot has
    /// other texts; a failure of that is ignored, because the record is only an aid.
    pub async fn verify(&mut self, outcomes: &[Outcome]) -> Option<Verified> {
        if let Err(failure) = self.live.read_again(&self.workspace).await {
            return Some(Verified::Unknown(format!("the database cannot be read: {failure}")));
        }
        // What was missing of a squashed migration may be there now.
        if let Ok(standing) = standing(&self.all, &self.live.history) {
            self.migrations = standing;
        }
        let found = fingerprint(self.live.schema.schema());
        let verified = self.has_schema_of_history(&found).await;
        if verified == Some(Verified::No) {
            webhooks::drifted(&self.workspace, None).await;
        }
        let last = outcomes.iter().rev().find(|outcome| outcome.direction == Direction::Up);
        if let Some(migration) = last.and_then(|last| self.migrations.iter().find(|it| it.id.as_str() == last.id)) {
            let _ = run::note(&mut self.live.session, &applicable(migration), &found).await;
        }
        verified
    }

    /// Whether the database has the schema that the applied migrations lead to.
    async fn has_schema_of_history(&mut self, found: &str) -> Option<Verified> {
        let unknown = |why: &str| Some(Verified::Unknown(why.to_owned()));
        let is_applied = |migration: &Migration| {
            self.live.history.iter().any(|it| it.id == migration.id.as_str() && it.status.is_done())
        };
        let last = self.migrations.iter().rfind(|migration| is_applied(migration))?;
        if last.to.as_deref() == Some(found) {
            return Some(Verified::Yes);
        }
        if !self.migrations.iter().all(is_applied) {
            return unknown("not all migrations are applied, and no snapshot has an older state");
        }
        let mut sealed = match self.workspace.sealed_if_here(self.live.product()) {
            Ok(Some(sealed)) => sealed,
            Ok(None) => return unknown("there is no snapshot"),
            Err(failure) => return Some(Verified::Unknown(format!("the snapshot cannot be read: {failure}"))),
        };
        if let Err(error) = self.live.unify_expressions(Some(&mut sealed), None).await {
            return Some(Verified::Unknown(format!("expressions cannot be compared: {error}")));
        }
        Some(if sealed.schema == self.live.schema { Verified::Yes } else { Verified::No })
    }
}

/// Parses a target among migrations: a count or an id.
pub(super) fn target(text: &str, migrations: &[Migration]) -> Result<Target, Failure> {
    Ok(match count(text) {
        Some(count) => Target::Count(count),
        None => Target::Id(find_id(text, migrations.iter().map(|migration| &migration.id))?.to_string()),
    })
}

/// Refuses to revert more migrations than a database has.
fn refuse_too_many(applied: usize, target: &Target) -> Result<(), Failure> {
    let Target::Count(count) = target else { return Ok(()) };
    if *count <= applied.max(1) {
        return Ok(());
    }
    let error = sea_gen_runner::Error::new(format!(
        "this database has {}, so {count} cannot be reverted; nothing was run",
        text::plural(applied, "migration")
    ));
    let error = error.of(sea_gen_runner::ErrorKind::Refused);
    Err(match applied {
        0 => error.hint("`gen status` shows what is applied"),
        all => error.hint(format!("to revert all of them: `gen down {all}`")),
    }
    .into())
}

/// Whether a database has the schema that its applied migrations lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It has.
    Yes,
    /// It differs.
    No,
    /// It is not known, for this reason.
    Unknown(String),
}

/// The schema or database of unqualified names.
async fn home(session: &mut Session) -> String {
    let query = match session.product() {
        Product::Postgres => "SELECT current_schema()",
        Product::MySql | Product::MariaDb => "SELECT DATABASE()",
        Product::Sqlite => return "main".to_owned(),
    };
    let found = session.query(query).await.ok();
    found.and_then(|rows| rows.first().map(|row| row.text(0).to_owned())).unwrap_or_default()
}
