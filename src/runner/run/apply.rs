//! Executes one migration in one direction: its statements and its history row, in one transaction where the database
//! supports that, and with a journal in the history where it does not.
//!
//! Must not know why this migration is next.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tracing::{Instrument as _, debug, error, info, info_span};

use crate::session::sqlite::{Violations, violations};
use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;
use crate::{Error, Result};
use crate::{Product, Role, Statement};

use super::course::Run;
use super::definers::Kept;
use super::history::Record;
use super::journalled::Reached;
use super::log::Event;
use super::repeatable::step_aside;
use super::statement::{carry_out, is_all_or_none};
use super::stop::{Stage, Stop};
use super::table::{Entry, Table};
use super::tally::{StoppedAt, Tally, milliseconds};
use super::transaction_groups::{TransactionGroup, commits_by_itself, transaction_groups};
use super::{Applicable, Direction, Outcome, Progress, ProgressCallback, State, patience, resume};

/// Rolls back and returns whether everything was rolled back, which is not so for MySQL tables without transactions.
pub(super) async fn rolled_back(session: &mut Session) -> Result<bool, DatabaseError> {
    /// `ER_WARNING_NOT_COMPLETE_ROLLBACK`.
    const NOT_COMPLETE: &str = "1196";
    session.rollback().await?;
    if !commits_by_itself(session.product()) {
        return Ok(true);
    }
    let warnings = session.query("SHOW WARNINGS").await?;
    Ok(!warnings.iter().any(|warning| warning.text(1) == NOT_COMPLETE))
}

/// The number of leading read-only checks: if one of them fails, nothing has been changed.
pub(super) fn checks(statements: &[Statement]) -> usize {
    statements.iter().take_while(|statement| matches!(statement.role, Role::Check(_))).count()
}

/// How a group of statements is completed.
#[derive(Clone, Copy)]
pub(super) enum Completion<'r> {
    /// By its last statement: it runs outside a transaction.
    Statement,
    /// In its transaction it is recorded how far the migration got.
    Reached(&'r Reached),
    /// In its transaction it is recorded that the migration is finished.
    Finished,
}

/// A migration being executed.
pub(super) struct Execution<'a> {
    pub(super) file: &'a Applicable<'a>,
    pub(super) direction: Direction,
    pub(super) table: &'a Table,
    /// The name of this run in the history.
    pub(super) owner: &'a str,
    /// How long the run waited for another runner.
    pub(super) lock_wait: Duration,
    begun: Instant,
    /// What its statements did so far.
    pub(super) tally: Tally,
    /// Where it stopped.
    pub(super) stopped_at: OnceLock<StoppedAt>,
    /// Definers and grants of the objects that it drops and creates again.
    pub(super) kept: Kept,
    /// The repeatable files, whose objects make way where they have to.
    repeatables: &'a [SqlFile],
}

impl<'a> Execution<'a> {
    /// `unfinished` is the row of an earlier run that did not complete the migration.
    pub(super) async fn new(
        session: &mut Session,
        (file, direction): (&'a Applicable<'a>, Direction),
        run: &'a Run<'_>,
        unfinished: Option<&Record>,
    ) -> Self {
        let known = unfinished.and_then(|record| record.journal.as_ref()).map(|journal| &journal.rights);
        let kept = Kept::read(session, file.statements(direction), known.unwrap_or(&BTreeMap::new())).await;
        Self {
            file,
            direction,
            table: &run.table,
            owner: &run.owner,
            lock_wait: run.waited,
            begun: Instant::now(),
            tally: Tally::default(),
            stopped_at: OnceLock::new(),
            kept,
            repeatables: run.repeatables,
        }
    }

    pub(super) fn statements(&self) -> &'a [Statement] {
        self.file.statements(self.direction)
    }

    pub(super) fn elapsed(&self) -> u64 {
        elapsed(self.begun)
    }

    /// Runs the migration. The transaction in which the history was read is open; afterwards no transaction is open, whatever
    /// the result.
    pub(super) async fn run(
        &self,
        session: &mut Session,
        unfinished: Option<&Record>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Outcome> {
        on_progress(Progress::Started {
            id: &self.file.id(),
            direction: self.direction,
            statements: self.statements().len(),
        });
        let span = info_span!("migration", id = self.file.id(), direction = self.direction.key());
        let done = async {
            match unfinished {
                None => self.begin(session, on_progress).await,
                Some(record) => self.go_on(session, record, on_progress).await,
            }
        };
        let done = done.instrument(span.clone()).await;
        if done.is_err() {
            self.log_failure(session).await;
        }
        span.in_scope(|| match &done {
            Ok(()) => info!(statements = self.statements().len(), elapsed_ms = self.elapsed(), "completed"),
            Err(error) => error!(elapsed_ms = self.elapsed(), "{error}"),
        });
        done?;
        let outcome = Outcome {
            id: self.file.id(),
            direction: self.direction,
            statements: self.statements().len(),
            execution_ms: self.elapsed(),
            rows: self.tally.rows(),
            waited_ms: self.tally.waited_ms(),
            status: matches!(self.direction, Direction::Up).then_some(State::Applied),
        };
        on_progress(Progress::Finished(&outcome));
        Ok(outcome)
    }

    async fn begin(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<()> {
        let first = checks(self.statements());
        if let Err(stop) = self.group(session, 0..first, false, on_progress).await {
            let _ = session.rollback().await;
            return Err(self.stopped(stop, "it changed nothing"));
        }
        let mut groups = self.groups_after(session.product(), first);
        // On servers that commit by themselves a rollback may be incomplete, so how far it got is written down.
        let is_together = match groups.as_slice() {
            [] => true,
            [only] => only.transactional && !commits_by_itself(session.product()),
            _ => false,
        };
        if is_together {
            let all = groups.first().map_or(first..first, |only| only.statements.clone());
            match self.together(session, all, on_progress).await {
                Ok(()) => return Ok(()),
                Err((stop, _)) if stop.needs_no_transaction() && groups.iter().all(|group| self.is_alone(group)) => {
                    groups.iter_mut().for_each(|group| group.transactional = false);
                }
                Err((stop, state)) => return Err(self.stopped(stop, state)),
            }
        }
        self.journalled(session, &groups, None, on_progress).await
    }

    /// Whether the first statement of a group is marked as one that knows no transaction.
    pub(super) fn is_alone(&self, group: &TransactionGroup) -> bool {
        self.statements().get(group.statements.start).is_some_and(|statement| !statement.transactional)
    }

    /// Goes on where an earlier run was interrupted.
    async fn go_on(&self, session: &mut Session, record: &Record, on_progress: ProgressCallback<'_>) -> Result<()> {
        let product = session.product();
        let taken = match self.table.take_over(session, self.file, (Some(record), self.owner)).await {
            Ok(true) => {
                let told = self.log(session, Event::Resumed).await;
                let committed = match told {
                    Ok(()) => session.commit().await,
                    Err(error) => Err(error),
                };
                committed.map_err(|error| Stop::new(product, Stage::Announcing, error))
            }
            Ok(false) => Err(Stop::taken_over()),
            Err(error) => Err(Stop::new(product, Stage::Announcing, error)),
        };
        if let Err(stop) = taken {
            let _ = session.rollback().await;
            return Err(self.stopped(stop, "none of its statements was sent"));
        }
        let start = resume::start(session, self.file, record, self.direction).await?;
        for sql in &start.after {
            // As when it was interrupted: the statements after it may be refused.
            let _ = session.execute(sql).await;
        }
        let mut done = start.done;
        if done <= self.first_change() && start.instead.is_none() {
            done = self.first_change();
            if let Err(stop) = self.group(session, 0..done, false, on_progress).await {
                if start.key.is_some() {
                    return Err(self.stopped(
                        stop,
                        "the rows up to the recorded key are changed, and the next run goes on behind it",
                    ));
                }
                let _ = self.retract(session).await;
                return Err(self.stopped(stop, "it changed nothing"));
            }
        }
        let groups = self.groups_after(session.product(), done);
        self.journalled(session, &groups, Some(&start), on_progress).await
    }

    /// The number of the first statement that may change something (from 0).
    pub(super) fn first_change(&self) -> usize {
        checks(self.statements())
    }

    /// The transaction groups of the statements after the first ones.
    fn groups_after(&self, product: Product, done: usize) -> Vec<TransactionGroup> {
        let first = checks(self.statements());
        let rest = self.statements().get(first..).unwrap_or_default();
        let groups = transaction_groups(product, rest).into_iter().map(|group| group.after(first));
        let left = groups.filter(|group| group.statements.end > done);
        left.map(|group| TransactionGroup {
            statements: group.statements.start.max(done)..group.statements.end,
            transactional: group.transactional,
        })
        .collect()
    }

    /// Runs everything in the open transaction, the history row included.
    async fn together(
        &self,
        session: &mut Session,
        range: Range<usize>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), (Stop, &'static str)> {
        let done = self.patiently(session, range, Completion::Finished, on_progress).await;
        let Err(stop) = done else { return Ok(()) };
        let state = match rolled_back(session).await {
            Ok(_) => "it was rolled back, the database is as it was before it",
            Err(_) if stop.stage == Stage::Committing => {
                "the connection is gone, and whether the commit arrived is not known; `gen status` tells"
            }
            Err(_) => "the connection is gone; the database rolls it back by itself",
        };
        Err((stop, state))
    }

    async fn finish_together(&self, session: &mut Session) -> Result<(), DatabaseError> {
        match self.direction {
            Direction::Down => self.table.delete(session, &self.file.id()).await?,
            Direction::Up => {
                let entry = Entry {
                    status: State::Applied,
                    statements: self.statements().len(),
                    execution_ms: self.elapsed(),
                    owner: Some(self.owner),
                    journal: None,
                };
                self.table.insert(session, self.file, &entry, self.file.migration.to.as_deref()).await?;
            }
        }
        self.log(session, self.completed()).await
    }

    /// Runs a group up to its completion, and restarts it after a lock timeout or a conflict: its own locks are released in between,
    /// so other sessions proceed.
    pub(super) async fn patiently(
        &self,
        session: &mut Session,
        range: Range<usize>,
        completion: Completion<'_>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let transactional = !matches!(completion, Completion::Statement);
        let (mut pauses, rows) = (patience::pauses(), self.tally.rows());
        loop {
            let begun = Instant::now();
            let done = match self.group(session, range.clone(), transactional, on_progress).await {
                Ok(()) => self.complete(session, completion).await,
                Err(stop) => Err(stop),
            };
            let Err(stop) = done else { return Ok(()) };
            let (Some(why), Some(pause)) = (&stop.waited, pauses.next()) else { return Err(stop) };
            if !transactional && !stop.was_not_sent && !self.is_all_or_none(session.product(), &range) {
                return Err(stop);
            }
            if transactional && !matches!(rolled_back(session).await, Ok(true)) {
                return Err(stop);
            }
            on_progress(Progress::Stepping { why });
            tokio::time::sleep(pause).await;
            self.tally.try_again(rows, begun.elapsed());
            if transactional && session.begin().await.is_err() {
                return Err(stop);
            }
        }
    }

    /// Whether each of the statements, where it fails outside a transaction, has done nothing.
    pub(super) fn is_all_or_none(&self, product: Product, range: &Range<usize>) -> bool {
        let mut statements = self.statements().iter().skip(range.start).take(range.len());
        statements.all(|statement| is_all_or_none(product, statement))
    }

    /// Completes a group: where it is a transaction, the record of what it did is part of it.
    async fn complete(&self, session: &mut Session, completion: Completion<'_>) -> Result<(), Stop> {
        match completion {
            Completion::Statement => return Ok(()),
            Completion::Reached(reached) => self.record(session, reached).await?,
            Completion::Finished => {
                let failed = |error| Stop::new(self.file.migration.product, Stage::Finishing, error);
                self.finish_together(session).await.map_err(failed)?;
            }
        }
        commit(session).await
    }

    /// Runs the statements of a group and, on SQLite, the check of the foreign keys that are not enforced meanwhile. Where
    /// nothing can be rolled back, the check would be of no use.
    async fn group(
        &self,
        session: &mut Session,
        range: Range<usize>,
        transactional: bool,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let is_checked = transactional && session.product() == Product::Sqlite;
        let before = if is_checked { Some(violations(session).await) } else { None };
        if let Some(own) = self.statements().get(range.clone()) {
            let stepped = step_aside(session, own, self.repeatables, on_progress).await;
            stepped.map_err(|error| Stop::new(self.file.migration.product, Stage::Statement(range.start), error))?;
        }
        let statements = self.statements().iter().enumerate().skip(range.start).take(range.len());
        for (index, statement) in statements {
            let (number, begun) = (index + 1, Instant::now());
            on_progress(Progress::Statement { number, of: self.statements().len(), sql: &statement.sql });
            match carry_out(session, statement, (&self.kept, self.file.functions), on_progress).await {
                Ok(rows) => {
                    self.tally.count(session.product(), statement, rows);
                    debug!(statement = number, rows, elapsed_ms = elapsed(begun), "executed");
                }
                Err(trouble) => return Err(Stop::of(session.product(), index, trouble)),
            }
        }
        match before {
            Some(before) => check_foreign_keys(session, before).await,
            None => Ok(()),
        }
    }

    /// The error: which migration, which statement, and the state the database is in now.
    pub(super) fn stopped(&self, stop: Stop, state: &str) -> Error {
        let _ = self.stopped_at.set(StoppedAt::of(&stop));
        stop.error(self.file.migration, self.direction, state)
    }
}

/// Milliseconds.
fn elapsed(begun: Instant) -> u64 {
    milliseconds(begun.elapsed())
}

pub(super) async fn commit(session: &mut Session) -> Result<(), Stop> {
    let product = session.product();
    session.commit().await.map_err(|error| Stop::new(product, Stage::Committing, error))
}

/// Refuses dangling references that a migration left. Those that could not be checked before need not be checkable now.
async fn check_foreign_keys(session: &mut Session, before: Result<Violations, DatabaseError>) -> Result<(), Stop> {
    match (before, violations(session).await) {
        (Ok(before), Ok(after)) => match after.new_since(&before) {
            Some(violation) => Err(Stop::keys(violation)),
            None => Ok(()),
        },
        (Err(_), Ok(_) | Err(_)) => Ok(()),
        (Ok(_), Err(error)) => Err(Stop::keys(error)),
    }
}
