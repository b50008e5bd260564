//! A run under the lock: reads the history, chooses the migrations, and executes one after the other.
//!
//! Must not know how a migration is executed.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::Product;
use crate::hook;
use crate::migration::Migration;
use crate::session::{DatabaseError, Session, sqlite};
use crate::sql_file::SqlFile;
use crate::{Error, ErrorKind, Result};

use super::apply::Execution;
use super::history::{Record, State};
use super::hooks::Hooks;
use super::log::{Details, Event};
use super::pending::{self, Order, Task};
use super::table::Table;
use super::{
    Applicable, Contracts, Direction, Files, OnAhead, Outcome, Progress, ProgressCallback, Target, Waiting, ahead,
    contract, functions, lock, patience, replaced,
};

/// After how long without a write a runner of an SQLite database is gone. Between two statements it needs milliseconds.
const SILENCE: Duration = Duration::from_secs(5);

/// A run: the lock is held and the history table exists.
pub(super) struct Run<'f> {
    lock: lock::Lock,
    pub(super) table: Table,
    wait: Duration,
    begun: Instant,
    /// How long another runner was waited for.
    pub(super) waited: Duration,
    /// The name of this run in the history.
    pub(super) owner: String,
    /// All migrations, those that were squashed included.
    pub(super) files: &'f [Applicable<'f>],
    /// The repeatable files.
    pub(super) repeatables: &'f [SqlFile],
    pub(super) hooks: Hooks<'f>,
    /// The moments of which the hooks have run, where they run once.
    pub(super) passed: BTreeSet<hook::Event>,
}

/// How far `up` goes, and what it leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal<'a> {
    pub(super) target: &'a Target,
    pub(super) order: Order,
    pub(super) contracts: Contracts,
}

impl<'a> Goal<'a> {
    pub(super) fn of(target: &'a Target) -> Self {
        Self { target, order: Order::Strict, contracts: Contracts::Wait }
    }
}

/// A name that no other run has: the process, and the time.
pub(super) fn owner() -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", std::process::id(), time.as_nanos())
}

impl<'f> Run<'f> {
    pub(super) async fn begin(
        session: &mut Session,
        waiting: impl Into<Waiting>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Self> {
        let (begun, waiting) = (Instant::now(), waiting.into());
        session.refuse_shared()?;
        let mut has_waited = false;
        let mut heard = |progress: Progress<'_>| {
            has_waited |= matches!(progress, Progress::Waiting { .. });
            on_progress(progress);
        };
        let lock = lock::acquire(session, waiting, &mut heard).await?;
        let waited = if has_waited { begun.elapsed() } else { Duration::ZERO };
        let (wait, owner) = (waiting.limit, owner());
        let found = async {
            let mut table = Table::locate(session).await?;
            table.create(session, wait).await?;
            table.log_what_others_did(session, wait, &owner).await?;
            Ok(table)
        };
        match found.await {
            Ok(table) => {
                patience::limit(session).await;
                let hooks = Hooks { hooks: &[], environment: "" };
                let passed = BTreeSet::new();
                let (files, repeatables) = (&[], &[]);
                Ok(Self { lock, table, wait, begun, waited, owner, files, repeatables, hooks, passed })
            }
            Err(error) => {
                lock::release(session, lock).await;
                Err(error)
            }
        }
    }

    /// The same run with files to run.
    pub(super) fn with(self, Files { migrations: files, repeatables, hooks, environment }: Files<'f>) -> Self {
        Self { files, repeatables, hooks: Hooks { hooks, environment }, ..self }
    }

    /// How long it waits for another runner.
    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    /// Whether the database has the schema that the repeatable files are written for: every migration is applied that does not wait for
    /// the former version of the program to go, and none that is newer than this program.
    pub(super) async fn serves_repeatables(&self, session: &mut Session) -> Result<bool> {
        let records = self.table.read(session).await?;
        let files = replaced::standing(&records, self.files)?;
        if !ahead::newer(&records, &files).is_empty() {
            return Ok(false);
        }
        let left = pending::remaining(&records, &files, Order::Any)?;
        let pending: Vec<&Applicable<'_>> = left.iter().map(|task| task.file).collect();
        Ok(contract::serves(&records, &pending, self.files))
    }

    pub(super) async fn end(self, session: &mut Session) {
        self.hooks.end(session).await;
        patience::lift(session).await;
        lock::release(session, self.lock).await;
    }

    /// Writes a line about something that was recorded without running it.
    pub(super) async fn log(
        &self,
        session: &mut Session,
        what: (&str, Event),
        checksum: Option<&str>,
    ) -> std::result::Result<(), DatabaseError> {
        let (checksum, run) = (checksum.map(str::to_owned), Some(self.owner.clone()));
        self.table.append(session, what, Details { checksum, run, ..Details::default() }).await
    }

    /// The history, once no other runner is executing a migration. SQLite has no lock that could be held between the statements of
    /// a migration that is not one transaction, so there a running row is waited for like a lock: until it has not changed for a
    /// while and nobody writes to the database.
    async fn read(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<Vec<Record>> {
        let (mut told, mut row, mut written) = (false, None, None);
        let (mut unchanged, mut silent) = (Instant::now(), Instant::now());
        loop {
            let records = self.table.read(session).await?;
            let running: Vec<Record> =
                records.iter().filter(|record| record.status == State::Running).cloned().collect();
            if running.is_empty() || session.product() != Product::Sqlite {
                return Ok(records);
            }
            let writes = sqlite::writes(session).await.ok();
            if row.as_ref() != Some(&running) {
                (row, unchanged) = (Some(running), Instant::now());
            }
            if written != writes {
                (written, silent) = (writes, Instant::now());
            }
            let is_over = self.begun.elapsed() >= self.wait;
            if unchanged.elapsed() >= SILENCE && (silent.elapsed() >= SILENCE || is_over) {
                return Ok(records);
            }
            if is_over {
                return Err(lock::busy(Product::Sqlite, self.wait, None));
            }
            if !told {
                on_progress(Progress::Waiting { holder: None });
                told = true;
            }
            tokio::time::sleep(lock::PAUSE).await;
        }
    }

    pub(super) async fn up(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        Goal { target, order, contracts }: Goal<'_>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let mut records = self.read(session, on_progress).await?;
        let chosen = pending::to_apply(&records, files, (target, order), session.product())?;
        let (chosen, held) = contract::before_held(&records, chosen, self.files, contracts);
        if let Some(held) = held.filter(|held| contract::falls_short(target, Some(held))) {
            return Err(held.refusal());
        }
        functions::refuse_missing(session, chosen.iter().copied(), Direction::Up)?;
        let wanted = ids(&chosen);
        // A migration that was being reverted is reverted to the end first: its UP section expects nothing of it.
        let half: Vec<String> = pending::half_reverted(&records).map(|record| record.id.clone()).collect();
        let mut outcomes = Vec::new();
        if !half.is_empty() {
            outcomes = self.revert(session, files, &half, on_progress).await?;
            records = self.read(session, on_progress).await?;
            pending::to_apply(&records, files, (target, order), session.product())?;
        }
        outcomes.extend(self.apply(session, files, (&wanted, order), on_progress).await?);
        Ok(outcomes)
    }

    /// Applies migrations to a database that may be ahead of the program. What is decided about the newer ones is decided here,
    /// under the lock: another program may have applied or reverted some of them a moment ago.
    pub(super) async fn up_on_ahead(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        (target, on_ahead): (&Target, OnAhead),
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let (product, records) = (session.product(), self.read(session, on_progress).await?);
        let newer = ahead::newer(&records, files);
        if newer.is_empty() {
            return self.up(session, files, Goal::of(target), on_progress).await;
        }
        let known = ahead::known(&records, &newer);
        let losses = match on_ahead {
            OnAhead::Refuse => return Err(ahead::refused(&newer, on_ahead)),
            OnAhead::Ignore => {
                return match pending::pending(&known, files)?.first() {
                    None => Ok(Vec::new()),
                    Some(pending) => Err(Error::new(format!(
                        "migration `{}` is pending, and newer ones are applied that are not part of this program",
                        pending.id()
                    ))
                    .of(ErrorKind::OutOfOrder)
                    .hint("start the program that they are part of")),
                };
            }
            OnAhead::Revert => false,
            OnAhead::RevertWithLosses => true,
        };
        // Nothing is reverted before it is known that the rest fits.
        let after = pending::to_apply(&known, files, (target, Order::Strict), product)?;
        functions::refuse_missing(session, after.iter().copied(), Direction::Up)?;
        ahead::revertible(&newer, product, losses)?;
        let kept = pending::kept(&records, files, product)?;
        let all = with_kept(files, &kept);
        let chosen: Vec<&Applicable<'_>> =
            all.iter().filter(|file| newer.iter().any(|record| record.id == file.id())).collect();
        functions::refuse_missing(session, chosen.iter().copied(), Direction::Down)?;
        let ids: Vec<String> = newer.iter().map(|record| record.id.clone()).collect();
        let mut outcomes = self.revert(session, &all, &ids, on_progress).await?;
        outcomes.extend(self.up(session, files, Goal::of(target), on_progress).await?);
        Ok(outcomes)
    }

    pub(super) async fn down(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        target: &Target,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        // A file that is gone has left its DOWN section in the history.
        let kept = pending::kept(&records, files, session.product())?;
        let files = with_kept(files, &kept);
        let chosen = pending::to_revert(&records, &files, target, session.product())?;
        functions::refuse_missing(session, chosen.iter().copied(), Direction::Down)?;
        let wanted = ids(&chosen);
        self.revert(session, &files, &wanted, on_progress).await
    }

    pub(super) async fn goto(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        id: &str,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let target = Target::Id(id.to_owned());
        match self.read(session, on_progress).await?.iter().any(|record| record.id == id) {
            true => self.down(session, files, &target, on_progress).await,
            false => self.up(session, files, Goal::of(&target), on_progress).await,
        }
    }

    pub(super) async fn apply_one(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        id: &str,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        if records.iter().any(|record| record.id == id && record.status.is_done()) {
            return Ok(Vec::new());
        }
        self.up(session, files, Goal::of(&Target::Id(id.to_owned())), on_progress).await
    }

    pub(super) async fn revert_one(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        id: &str,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        let is_applied = records.iter().any(|record| record.id == id);
        match records.last() {
            Some(newest) if newest.id == id => self.down(session, files, &Target::Count(1), on_progress).await,
            Some(newest) if is_applied => Err(Error::new(format!("migration `{}` is applied after `{id}`", newest.id))
                .of(ErrorKind::OutOfOrder)
                .hint("revert the newest one first: `gen down`")),
            _ => Ok(Vec::new()),
        }
    }

    pub(super) async fn redo(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        count: usize,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        let product = session.product();
        let chosen = pending::to_revert(&records, files, &Target::Count(count), product)?;
        functions::refuse_missing(session, chosen.iter().copied(), Direction::Down)?;
        functions::refuse_missing(session, chosen.iter().copied(), Direction::Up)?;
        let wanted = ids(&chosen);
        // Going up again must be possible before going down begins.
        let left: Vec<Record> = records.into_iter().filter(|record| !wanted.contains(&record.id)).collect();
        if let Some(newest) = wanted.first() {
            pending::to_apply(&left, files, (&Target::Id(newest.clone()), Order::Strict), product)?;
        }
        let mut outcomes = self.revert(session, files, &wanted, on_progress).await?;
        outcomes.extend(self.apply(session, files, (&wanted, Order::Strict), on_progress).await?);
        Ok(outcomes)
    }

    async fn apply(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        (wanted, order): (&[String], Order),
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let next = |records: &[Record]| {
            let tasks = pending::remaining(records, files, order)?;
            Ok(tasks.into_iter().take_while(|task| wanted.contains(task.file.migration.id.as_str())).collect())
        };
        self.drive(session, Direction::Up, next, on_progress).await
    }

    async fn revert(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        wanted: &[String],
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let product = session.product();
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let next = |records: &[Record]| {
            let newest = records.iter().rev().take_while(|record| wanted.contains(record.id.as_str()));
            let chosen = pending::to_revert(records, files, &Target::Count(newest.count()), product)?;
            Ok(chosen.into_iter().map(|file| Task::of(file, records)).collect())
        };
        self.drive(session, Direction::Down, next, on_progress).await
    }

    /// Runs the next migrations until none is left. Before each, in its transaction, the history is checked for changes, because on
    /// SQLite another runner may have been faster; only then it is read again.
    async fn drive<'a, 'm: 'a>(
        &mut self,
        session: &mut Session,
        direction: Direction,
        next: impl Fn(&[Record]) -> Result<VecDeque<Task<'a, 'm>>>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let (mut queue, mut rows) = (VecDeque::new(), 0);
        let mut announced: Option<String> = None;
        loop {
            let mut seen = None;
            if session.product() == Product::Sqlite && self.table.holds_unfinished(session).await? {
                seen = Some(self.read(session, on_progress).await?);
            }
            lock::begin(session, self.wait).await?;
            let chosen = async {
                let is_left = match outcomes.last() {
                    Some(last) => self.table.is_left_by(session, last, rows).await?,
                    None => false,
                };
                if !is_left {
                    let records = self.table.read(session).await?;
                    let is_running = records.iter().any(|record| record.status == State::Running);
                    if session.product() == Product::Sqlite && is_running && seen.as_ref() != Some(&records) {
                        return Ok(Next::Moved);
                    }
                    (rows, queue) = (records.len(), next(&records)?);
                }
                Ok(queue.pop_front().map_or(Next::Nothing, Next::Task))
            };
            let task = match chosen.await {
                Ok(Next::Task(task)) => task,
                other => {
                    let _ = session.rollback().await;
                    match other {
                        Ok(Next::Moved) => continue,
                        Ok(_) => break,
                        Err(error) => return Err(error),
                    }
                }
            };
            let id = task.file.id();
            if !self.hooks.hooks.is_empty() && announced.as_ref() != Some(&id) {
                // They have transactions of their own, so afterwards it is chosen again.
                session.rollback().await.map_err(|error| Error::new("the history was read").because(error))?;
                self.at_first(session, direction, on_progress).await?;
                self.at(session, hook::Event::BeforeEach, (&id, direction), on_progress).await?;
                queue.push_front(task);
                announced = Some(id);
                continue;
            }
            self.lock.open_companion(session).await;
            let unfinished = task.unfinished.as_ref();
            let execution = Execution::new(session, (task.file, direction), &*self, unfinished).await;
            let outcome = execution.run(session, unfinished, on_progress).await;
            let home = match session.stays() {
                true => Ok(()),
                false => self.table.go_home(session).await,
            };
            outcomes.push(outcome?);
            rows = match (direction, unfinished) {
                (Direction::Up, None) => rows + 1,
                (Direction::Up, Some(_)) => rows,
                (Direction::Down, _) => rows - 1,
            };
            home.map_err(|error| {
                Error::new("the session could not be brought back to its schema after a migration")
                    .of(ErrorKind::Database)
                    .because(error)
            })?;
            self.at(session, hook::Event::AfterEach, (&id, direction), on_progress).await?;
            // Under a lock nothing was added meanwhile.
            if queue.is_empty() && session.product() != Product::Sqlite {
                break;
            }
        }
        if direction == Direction::Down && !outcomes.is_empty() {
            self.at(session, hook::Event::AfterDown, ("", direction), on_progress).await?;
        }
        Ok(outcomes)
    }
}

/// What a run does next.
enum Next<'a, 'm> {
    Task(Task<'a, 'm>),
    /// Another runner has just written to the history.
    Moved,
    Nothing,
}

/// The files, and those that are gone with the DOWN sections that the history keeps. Those may call the same functions.
fn with_kept<'a>(files: &[Applicable<'a>], kept: &'a [(Migration, String)]) -> Vec<Applicable<'a>> {
    let functions = files.first().and_then(|file| file.functions);
    let kept = kept.iter().map(|kept| Applicable { functions, ..Applicable::from(kept) });
    files.iter().cloned().chain(kept).collect()
}

fn ids(files: &[&Applicable<'_>]) -> Vec<String> {
    files.iter().map(|file| file.id()).collect()
}
