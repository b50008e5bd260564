//! The runner: applies and reverts migrations, one runner at a time, and records it in the history table.
//!
//! One connection holds the lock and does the work. Before every migration the history is read again inside the transaction
//! the migration will run in, so the next migration is chosen under the lock on every database: SQLite's lock is that transaction.
//! Must not know files, entities or what is printed.

pub mod ahead;
mod apply;
mod batches;
#[cfg(feature = "sea-orm-migration")]
pub(crate) mod beside;
mod chain;
mod confined;
mod contract;
mod contradictions;
mod corrections;
mod course;
mod definers;
mod direct;
mod file_statements;
pub mod functions;
mod grants;
mod histories;
mod history;
mod hooks;
mod indexes;
mod journal;
mod journalled;
mod lease;
mod lock;
mod log;
mod pace;
mod patience;
mod pending;
mod portions;
mod probe;
mod renamed;
mod repeatable;
mod replaced;
mod resume;
mod statement;
mod stop;
mod table;
mod tally;
mod transaction_groups;
mod versions;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::Result;
use crate::Statement;
use crate::hook::{self, Hook};
use crate::migration::Migration;
use crate::session::Session;
use crate::sql_file::SqlFile;

use corrections::rewrite;
use course::{Goal, Run};
use functions::Functions;

pub use crate::session::{HISTORY_TABLE, LEASE_TABLE};
pub use ahead::OnAhead;
pub use chain::{Anchor, Flaw, Line, flaws, log};
pub use confined::reaches_beyond;
pub use contract::{Contracts, Held, before_held, having, serves};
pub use contradictions::contradictions;
pub use corrections::{forget, forget_all, note, prepare, record, resolve};
pub use direct::{execute, under_lock};
pub use functions::refuse_missing as refuse_functions;
pub use histories::histories;
pub use history::{Record, State, history};
pub use lock::{Orphans, Waiting, holder};
pub use log::{Details, Event, tables};
pub use patience::has_waited;
pub use pending::{Order, kept, pending, to_apply, to_revert};
pub use probe::{changes_session, undecidable};
pub use renamed::{as_filed, follow_files, lags_behind};
pub use repeatable::{DueFile, FileRecord, Made, Reason, Repeatables, forget_files, in_order, made, repeatables};
pub use replaced::standing;
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
    /// The functions of the program that it may call.
    functions: Option<&'a Functions>,
}

impl<'a> From<&'a (Migration, String)> for Applicable<'a> {
    fn from((migration, checksum): &'a (Migration, String)) -> Self {
        Self::new(migration, checksum.clone())
    }
}

impl<'a> Applicable<'a> {
    /// A migration that calls no function of the program.
    pub fn new(migration: &'a Migration, checksum: String) -> Self {
        Self { migration, checksum, functions: None }
    }

    /// The same migration, which may call functions of the program.
    pub(crate) fn with(self, functions: &'a Functions) -> Self {
        Self { functions: Some(functions), ..self }
    }
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

/// What a run works with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'f> {
    /// The migrations.
    pub migrations: &'f [Applicable<'f>],
    /// The repeatable files, which are run when every migration is applied.
    pub repeatables: &'f [SqlFile],
    /// The hooks of the environment.
    pub hooks: &'f [Hook],
    /// The name of the environment; empty without one.
    pub environment: &'f str,
}

impl<'f> From<&'f [Applicable<'f>]> for Files<'f> {
    fn from(migrations: &'f [Applicable<'f>]) -> Self {
        Self { migrations, ..Self::default() }
    }
}

impl<'f> From<&'f Vec<Applicable<'f>>> for Files<'f> {
    fn from(migrations: &'f Vec<Applicable<'f>>) -> Self {
        migrations.as_slice().into()
    }
}

impl<'f, const N: usize> From<&'f [Applicable<'f>; N]> for Files<'f> {
    fn from(migrations: &'f [Applicable<'f>; N]) -> Self {
        migrations.as_slice().into()
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
    /// How many rows they inserted, updated and deleted.
    pub rows: u64,
    /// The milliseconds that were lost to the locks of other sessions.
    pub waited_ms: u64,
    /// Its state in the history; `None` if it was reverted, so that it has no row any more.
    pub status: Option<State>,
}

impl Outcome {
    /// Whether it is that of a repeatable file, whose path is its id.
    pub fn is_of_file(&self) -> bool {
        self.id.contains('/')
    }

    /// A migration that was recorded as done without running.
    pub fn recognised(id: String) -> Self {
        Self {
            id,
            direction: Direction::Up,
            statements: 0,
            execution_ms: 0,
            rows: 0,
            waited_ms: 0,
            status: Some(State::Recognised),
        }
    }
}

/// A progress event.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// Another runner holds the lock; reported once, and again if its client is found to be gone.
    Waiting {
        /// Its holder, if known.
        holder: Option<&'a str>,
    },
    /// The session of a runner whose client is gone was ended.
    Ended {
        /// Its description.
        holder: &'a str,
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
    /// A hook runs.
    Hook {
        /// Its path.
        path: &'a str,
    },
    /// A warning about something that is done.
    Noting {
        /// The warning.
        what: &'a str,
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
    /// The same for a program that may be older than its database.
    UpOnAhead(&'a Target, OnAhead),
    /// As `Up`, with migrations that remove the old shape of a change, if its first half was applied in an earlier run.
    UpContracting(&'a Target),
    /// As `Up`, with migrations that are older than an applied one.
    OutOfOrder(&'a Target),
    /// Reverts applied migrations, newest first, by the DOWN sections of the files. With [`Target::Id`] that migration stays
    /// applied.
    Down(&'a Target),
    /// Reverts this many of the newest migrations and applies them again.
    Redo(usize),
    /// Goes up or down until this migration is the newest applied one.
    Goto(&'a str),
    /// Applies this migration and the pending ones before it, if it is not applied.
    Apply(&'a str),
    /// Reverts this migration, if it is applied. It must be the newest applied one.
    Revert(&'a str),
}

/// Runs a course under the lock.
///
/// If the future is dropped, drop the session as well: the database then rolls back the open transaction and releases the
/// lock.
///
/// # Errors
/// Before anything runs: those of `pending`; a migration to be reverted that is the baseline, has no down statements, or whose
/// file is missing or was changed; an unknown id. After that: a statement's failure, with the state of the database.
pub async fn go<'f>(
    session: &mut Session,
    files: impl Into<Files<'f>>,
    course: Course<'_>,
    waiting: impl Into<Waiting>,
    on_progress: ProgressCallback<'_>,
) -> Result<Vec<Outcome>> {
    let (files, waiting): (Files<'f>, Waiting) = (files.into(), waiting.into());
    let first = match course {
        Course::Up(target) => Some((target, None)),
        Course::UpOnAhead(target, on_ahead) => Some((target, Some(on_ahead))),
        Course::UpContracting(_)
        | Course::OutOfOrder(_)
        | Course::Down(_)
        | Course::Redo(_)
        | Course::Goto(_)
        | Course::Apply(_)
        | Course::Revert(_) => None,
    };
    // Where one migration is the end, the caller knows that it is not reached.
    if let Some((_, on_ahead)) = first.filter(|(target, _)| !matches!(target, Target::Id(_))) {
        lock::be_patient(session, waiting.limit).await?;
        if has_nothing_to_do(session, files, on_ahead).await? {
            return Ok(Vec::new());
        }
    }
    let goes_up = !matches!(course, Course::Down(_) | Course::Revert(_));
    let repeatables = if goes_up { files.repeatables } else { &[] };
    for file in repeatables.iter().chain(files.hooks.iter().map(|hook| &hook.file)) {
        file_statements::refuse_transactions(session.product(), file)?;
    }
    let mut run = Run::begin(session, waiting, on_progress).await?.with(files);
    let mut outcomes = Vec::new();
    let result = under_way(&mut run, session, &mut outcomes, (course, waiting), on_progress).await;
    if let Err(error) = &result {
        run.failed(session, error, on_progress).await;
    }
    run.end(session).await;
    result.map(|()| outcomes)
}

/// What is done while the lock is held.
async fn under_way(
    run: &mut Run<'_>,
    session: &mut Session,
    outcomes: &mut Vec<Outcome>,
    (course, waiting): (Course<'_>, Waiting),
    on_progress: ProgressCallback<'_>,
) -> Result<()> {
    let all = run.files;
    let mut recorded = renamed::follow(run, session, all, waiting.limit).await?;
    recorded.iter().for_each(|outcome| on_progress(Progress::Finished(outcome)));
    outcomes.append(&mut recorded);
    let standing = match all.iter().any(|file| file.migration.is_squashed()) {
        true => standing(&run.table.read(session).await?, all)?,
        false => all.to_vec(),
    };
    let files = standing.as_slice();
    let end = |id: &str| replaced::end(id, files, all);
    let mut done = match course {
        // SeaORM's `Migrator` lists those too that are squashed.
        Course::Apply(id) if end(id).is_none() => Vec::new(),
        Course::Revert(id) if end(id).is_none() => {
            replaced::refuse_part(id, &run.table.read(session).await?, all)?;
            Vec::new()
        }
        Course::Apply(id) if end(id).as_deref() != Some(id) => {
            let target = Target::Id(end(id).unwrap_or_default());
            steps(run, session, files, Course::Up(&target), on_progress).await?
        }
        course => steps(run, session, files, course, on_progress).await?,
    };
    outcomes.append(&mut done);
    // What was missing of a squashed migration may be there now.
    let mut recorded = replaced::follow(run, session, all, waiting.limit).await?;
    recorded.iter().for_each(|outcome| on_progress(Progress::Finished(outcome)));
    outcomes.append(&mut recorded);
    let goes_up = !matches!(course, Course::Down(_) | Course::Revert(_));
    match goes_up && !run.repeatables.is_empty() && run.serves_repeatables(session).await? {
        true => outcomes.extend(run.repeat(session, on_progress).await?),
        false if outcomes.is_empty() => {}
        false => run.tell_what_is_missing(session, on_progress).await,
    }
    if run.passed.contains(&hook::Event::BeforeUp) {
        run.at(session, hook::Event::AfterUp, ("", Direction::Up), on_progress).await?;
    }
    Ok(())
}

/// The migrations of a course. It is a function that returns a future, because a function that awaits all of these has room for each
/// of them on its stack, beneath every statement.
fn steps<'a>(
    run: &'a mut Run<'_>,
    session: &'a mut Session,
    files: &'a [Applicable<'_>],
    course: Course<'a>,
    on_progress: ProgressCallback<'a>,
) -> Pin<Box<dyn Future<Output = Result<Vec<Outcome>>> + Send + 'a>> {
    match course {
        Course::Up(target) => Box::pin(run.up(session, files, Goal::of(target), on_progress)),
        Course::UpContracting(target) => {
            let goal = Goal { contracts: Contracts::Apply, ..Goal::of(target) };
            Box::pin(run.up(session, files, goal, on_progress))
        }
        Course::UpOnAhead(target, on_ahead) => {
            Box::pin(run.up_on_ahead(session, files, (target, on_ahead), on_progress))
        }
        Course::OutOfOrder(target) => {
            let goal = Goal { order: Order::Any, ..Goal::of(target) };
            Box::pin(run.up(session, files, goal, on_progress))
        }
        Course::Down(target) => Box::pin(run.down(session, files, target, on_progress)),
        Course::Redo(count) => Box::pin(run.redo(session, files, count, on_progress)),
        Course::Goto(id) => Box::pin(run.goto(session, files, id, on_progress)),
        Course::Apply(id) => Box::pin(run.apply_one(session, files, id, on_progress)),
        Course::Revert(id) => Box::pin(run.revert_one(session, files, id, on_progress)),
    }
}

/// Whether `up` has nothing to do: then neither the lock nor the privilege to create the history table is needed.
///
/// # Errors
/// The database is ahead of the program, and that is refused.
async fn has_nothing_to_do(session: &mut Session, files: Files<'_>, on_ahead: Option<OnAhead>) -> Result<bool> {
    let (seen, all) = (history(session).await?, files.migrations);
    if replaced::is_due(&seen, all) {
        return Ok(false);
    }
    let seen = as_filed(&seen, all);
    let standing = standing(&seen, all)?;
    let newer = on_ahead.map_or_else(Vec::new, |_| ahead::newer(&seen, &standing));
    match on_ahead {
        Some(OnAhead::Refuse) if !newer.is_empty() => return Err(ahead::refused(&newer, OnAhead::Refuse)),
        Some(OnAhead::Revert | OnAhead::RevertWithLosses) if !newer.is_empty() => return Ok(false),
        Some(_) | None => {}
    }
    let known = ahead::known(&seen, &newer);
    if !pending(&known, &standing).is_ok_and(|pending| serves(&known, &pending, all)) {
        return Ok(false);
    }
    // A newer program has repeatable files of its own.
    let repeatables = if newer.is_empty() { files.repeatables } else { &[] };
    Ok(repeatables.is_empty() || repeatable::repeatables(session, repeatables).await?.due.is_empty())
}

/// Ends the session of the runner that holds the lock. Returns its description; `None` if nobody holds it, or if it cannot be
/// determined.
///
/// # Errors
/// The user lacks the privilege to end that session.
pub async fn end_holder(session: &mut Session) -> Result<Option<String>> {
    lock::end_holder(session).await
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
