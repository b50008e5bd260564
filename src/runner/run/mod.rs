//! The runner: applies and reverts migrations, one runner at a time, and records it in the history table.
//!
//! One connection holds the lock and does the work. Before every migration the history is read again inside the transaction
//! the migration will run in, so the next migration is chosen under the lock on every database: SQLite's lock is that transaction.
//! Must not know files, entities or what is printed.

mod apply;
mod batches;
mod confined;
mod corrections;
mod definers;
mod direct;
mod grants;
mod history;
mod indexes;
mod lock;
mod patience;
mod pending;
mod statement;
mod transaction_groups;
mod versions;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::migration::Migration;
use crate::session::Session;
use crate::{Product, Statement};

use apply::Execution;
use corrections::rewrite;
use history::Table;

pub use crate::session::HISTORY_TABLE;
pub use confined::reaches_beyond;
pub use corrections::{forget, forget_all, note, prepare, record};
pub use direct::execute;
pub use history::{Record, State, history};
pub use lock::holder;
pub use patience::has_waited;
pub use pending::{pending, to_apply, to_revert};
pub use statement::goes_on;

/// The default time to wait for another runner.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// A migration and the checksum of its file.
#[derive(Clone, Debug)]
pub struct Applicable<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// The checksum of the file's statements.
    pub checksum: String,
}

impl Applicable<'_> {
    /// The migration's id.
    pub fn id(&self) -> String {
        self.migration.id.to_string()
    }

    fn statements(&self, direction: Direction) -> &[Statement] {
        match direction {
            Direction::Up => &self.migration.up,
            Direction::Down => &self.migration.down,
        }
    }
}

/// The direction in which a migration runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It is applied.
    Up,
    /// It is reverted.
    Down,
}

impl Direction {
    const ALL: [Self; 2] = [Self::Up, Self::Down];

    /// `up` or `down`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

/// How far to go. An id is the end point in both directions: afterwards it is the newest applied migration. So `up` applies
/// it and `down` leaves it applied, as `alembic downgrade <revision>` does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// All migrations.
    All,
    /// This many migrations.
    Count(usize),
    /// Until this migration is the newest applied one.
    Id(String),
}

/// The result of running one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The migration's id.
    pub id: String,
    /// The direction it ran in.
    pub direction: Direction,
    /// How many statements were sent.
    pub statements: usize,
    /// Their execution time in milliseconds.
    pub execution_ms: u64,
    /// Its state in the history; `None` if it was reverted, so that it has no row any more.
    pub status: Option<State>,
}

impl Outcome {
    /// A migration that was recorded as done without running.
    pub fn recognised(id: String) -> Self {
        Self { id, direction: Direction::Up, statements: 0, execution_ms: 0, status: Some(State::Recognised) }
    }
}

/// A progress event.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// Another runner holds the lock; reported once.
    Waiting {
        /// Its holder, if known.
        holder: Option<&'a str>,
    },
    /// A migration starts.
    Started {
        /// Its id.
        id: &'a str,
        /// The direction it runs in.
        direction: Direction,
        /// How many statements it has.
        statements: usize,
    },
    /// A statement is sent.
    Statement {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// Its text.
        sql: &'a str,
    },
    /// A batched statement has changed some rows.
    Batch {
        /// How many rows so far.
        rows: u64,
    },
    /// A warning about a statement that has completed.
    Noting {
        /// The warning.
        what: &'static str,
    },
    /// A statement ran into the lock timeout and will be retried after a pause.
    Stepping {
        /// The database's message.
        why: &'a str,
    },
    /// A migration is done.
    Finished(&'a Outcome),
}

/// Callback for progress events.
pub type ProgressCallback<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// Which migrations run, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course<'a> {
    /// Applies the pending migrations, oldest first.
    Up(&'a Target),
    /// Reverts applied migrations, newest first, by the DOWN sections of the files. With [`Target::Id`] that migration stays
    /// applied.
    Down(&'a Target),
    /// Reverts this many of the newest migrations and applies them again.
    Redo(usize),
    /// Goes up or down until this migration is the newest applied one.
    Goto(&'a str),
}

/// Runs a course under the lock, waiting for it at most `wait`.
///
/// If the future is dropped, drop the session as well: the database then rolls back the open transaction and releases the
/// lock.
///
/// # Errors
/// Before anything runs: those of `pending`; a migration to be reverted that is the baseline, has no down statements, or whose
/// file is missing or was changed; an unknown id. After that: a statement's failure, with the state of the database.
pub async fn go(
    session: &mut Session,
    files: &[Applicable<'_>],
    course: Course<'_>,
    wait: Duration,
    on_progress: ProgressCallback<'_>,
) -> Result<Vec<Outcome>> {
    if let Course::Up(target) = course {
        // With nothing pending, neither the lock nor the privilege to create the history table is needed.
        lock::be_patient(session, wait).await?;
        let seen = history(session).await?;
        if matches!(pending(&seen, files).as_deref(), Ok([])) && !matches!(target, Target::Id(_)) {
            return Ok(Vec::new());
        }
    }
    let mut run = Run::begin(session, wait, on_progress).await?;
    let result = match course {
        Course::Up(target) => run.up(session, files, target, on_progress).await,
        Course::Down(target) => run.down(session, files, target, on_progress).await,
        Course::Redo(count) => run.redo(session, files, count, on_progress).await,
        Course::Goto(id) => run.goto(session, files, id, on_progress).await,
    };
    run.end(session).await;
    result
}

/// Records a migration without running it; a row that is already there is replaced.
///
/// # Errors
/// The lock cannot be had; the database's refusal.
pub async fn mark(
    session: &mut Session,
    file: &Applicable<'_>,
    status: State,
    fingerprint: Option<&str>,
    wait: Duration,
) -> Result<()> {
    rewrite(session, &file.id(), Some((file, status, fingerprint)), wait).await
}

/// A run: the lock is held and the history table exists.
struct Run {
    lock: lock::Lock,
    table: Table,
    wait: Duration,
    begun: Instant,
}

impl Run {
    async fn begin(session: &mut Session, wait: Duration, on_progress: ProgressCallback<'_>) -> Result<Self> {
        let begun = Instant::now();
        let lock = lock::acquire(session, wait, on_progress).await?;
        let found = match Table::locate(session).await {
            Ok(mut table) => table.create(session, wait).await.map(|()| table),
            Err(error) => Err(error),
        };
        match found {
            Ok(table) => {
                patience::limit(session).await;
                Ok(Self { lock, table, wait, begun })
            }
            Err(error) => {
                lock::release(session, lock).await;
                Err(error)
            }
        }
    }

    async fn end(self, session: &mut Session) {
        patience::lift(session).await;
        lock::release(session, self.lock).await;
    }

    /// The history, once no other runner is executing a migration. SQLite has no lock that could be held between the statements of
    /// a migration that is not one transaction, so there a running row is waited for like a lock.
    async fn read(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<Vec<Record>> {
        let mut told = false;
        loop {
            let records = self.table.read(session).await?;
            let running = records.iter().any(|record| record.status == State::Running);
            if !running || session.product() != Product::Sqlite || self.begun.elapsed() >= self.wait {
                return Ok(records);
            }
            if !told {
                on_progress(Progress::Waiting { holder: None });
                told = true;
            }
            tokio::time::sleep(lock::PAUSE).await;
        }
    }

    async fn up(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        target: &Target,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        let wanted = ids(&pending::to_apply(&records, files, target, session.product())?);
        self.apply(session, files, &wanted, on_progress).await
    }

    async fn down(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        target: &Target,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        let wanted = ids(&pending::to_revert(&records, files, target, session.product())?);
        self.revert(session, files, &wanted, on_progress).await
    }

    async fn goto(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        id: &str,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let target = Target::Id(id.to_owned());
        match self.read(session, on_progress).await?.iter().any(|record| record.id == id) {
            true => self.down(session, files, &target, on_progress).await,
            false => self.up(session, files, &target, on_progress).await,
        }
    }

    async fn redo(
        &mut self,
        session: &mut Session,
        files: &[Applicable<'_>],
        count: usize,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let records = self.read(session, on_progress).await?;
        let product = session.product();
        let wanted = ids(&pending::to_revert(&records, files, &Target::Count(count), product)?);
        // Going up again must be possible before going down begins.
        let left: Vec<Record> = records.into_iter().filter(|record| !wanted.contains(&record.id)).collect();
        if let Some(newest) = wanted.first() {
            pending::to_apply(&left, files, &Target::Id(newest.clone()), product)?;
        }
        let mut outcomes = self.revert(session, files, &wanted, on_progress).await?;
        outcomes.extend(self.apply(session, files, &wanted, on_progress).await?);
        Ok(outcomes)
    }

    async fn apply(
        &self,
        session: &mut Session,
        files: &[Applicable<'_>],
        wanted: &[String],
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let next = |records: &[Record]| {
            let pending = pending(records, files)?;
            Ok(pending.into_iter().take_while(|file| wanted.contains(file.migration.id.as_str())).collect())
        };
        self.drive(session, Direction::Up, next, on_progress).await
    }

    async fn revert(
        &self,
        session: &mut Session,
        files: &[Applicable<'_>],
        wanted: &[String],
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let product = session.product();
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let next = |records: &[Record]| {
            let newest = records.iter().rev().take_while(|record| wanted.contains(record.id.as_str()));
            Ok(pending::to_revert(records, files, &Target::Count(newest.count()), product)?.into())
        };
        self.drive(session, Direction::Down, next, on_progress).await
    }

    /// Runs the next migrations until none is left. Before each, in its transaction, the history is checked for changes, because on
    /// SQLite another runner may have been faster; only then it is read again.
    async fn drive<'a, 'm: 'a>(
        &self,
        session: &mut Session,
        direction: Direction,
        next: impl Fn(&[Record]) -> Result<VecDeque<&'a Applicable<'m>>>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Vec<Outcome>> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let (mut queue, mut rows) = (VecDeque::new(), 0);
        loop {
            if session.product() == Product::Sqlite && self.table.holds_unfinished(session).await? {
                self.read(session, on_progress).await?;
            }
            lock::begin(session, self.wait).await?;
            let chosen = async {
                let is_left = match outcomes.last() {
                    Some(last) => self.table.is_left_by(session, last, rows).await?,
                    None => false,
                };
                if !is_left {
                    let records = self.table.read(session).await?;
                    (rows, queue) = (records.len(), next(&records)?);
                }
                Ok(queue.pop_front())
            };
            let chosen = chosen.await;
            let Ok(Some(file)) = chosen else {
                let _ = session.rollback().await;
                return chosen.map(|_| outcomes);
            };
            let outcome = Execution::new(session, file, direction, &self.table).await.run(session, on_progress).await;
            let home = self.table.go_home(session).await;
            outcomes.push(outcome?);
            rows = match direction {
                Direction::Up => rows + 1,
                Direction::Down => rows - 1,
            };
            home.map_err(|error| {
                Error::new("the session could not be brought back to its schema after a migration")
                    .of(ErrorKind::Database)
                    .because(error)
            })?;
        }
    }
}

fn ids(files: &[&Applicable<'_>]) -> Vec<String> {
    files.iter().map(|file| file.id()).collect()
}
