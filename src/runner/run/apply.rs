//! Executes one migration in one direction: its statements and its history row, in one transaction where the database
//! supports that, and with a progress record in the history where it does not.
//!
//! Must not know why this migration is next.

use std::ops::Range;
use std::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::session::sqlite::{Violations, violations};
use crate::session::{DatabaseError, Session, interrupted};
use crate::{Product, Role, Statement};

use super::definers::Kept;
use super::history::Table;
use super::pending::first_line;
use super::statement::{FailedCheck, StatementError, carry_out, counted, is_all_or_none};
use super::transaction_groups::{TransactionGroup, commits_by_itself, transaction_groups};
use super::{Applicable, Direction, Outcome, Progress, ProgressCallback, State, patience};

/// Rolls back and returns whether everything was rolled back, which is not so for MySQL tables without transactions.
async fn rolled_back(session: &mut Session) -> Result<bool, DatabaseError> {
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
fn checks(statements: &[Statement]) -> usize {
    statements.iter().take_while(|statement| matches!(statement.role, Role::Check(_))).count()
}

/// A migration being executed.
pub(super) struct Execution<'a> {
    pub(super) file: &'a Applicable<'a>,
    pub(super) direction: Direction,
    pub(super) table: &'a Table,
    begun: Instant,
    /// Definers and grants of the objects that it drops and creates again.
    kept: Kept,
}

/// The error that stopped a transaction group, and the index of its statement; `None` if it occurred between or after
/// statements.
struct Stop {
    at: Option<usize>,
    what: &'static str,
    error: Box<dyn std::error::Error + Send + Sync>,
    /// Whether the error is an answer of the database, not a lost connection.
    answered: bool,
    /// Whether the error is only a lock timeout.
    waited: Option<String>,
}

impl Stop {
    fn new(at: Option<usize>, what: &'static str, error: DatabaseError) -> Self {
        Self { at, what, answered: error.code.is_some(), error: Box::new(error), waited: None }
    }

    fn of(product: Product, index: usize, trouble: StatementError) -> Self {
        match trouble {
            StatementError::Database(error) => {
                let waited = patience::has_waited(product, &error).then(|| error.message.clone());
                Self { waited, ..Self::new(Some(index), "", error) }
            }
            StatementError::Found(finding) => {
                Self { at: Some(index), what: "", error: Box::new(finding), answered: true, waited: None }
            }
        }
    }
}

impl<'a> Execution<'a> {
    pub(super) async fn new(
        session: &mut Session,
        file: &'a Applicable<'a>,
        direction: Direction,
        table: &'a Table,
    ) -> Self {
        let kept = Kept::read(session, file.statements(direction)).await;
        Self { file, direction, table, begun: Instant::now(), kept }
    }

    fn statements(&self) -> &'a [Statement] {
        self.file.statements(self.direction)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Runs the migration. The transaction in which the history was read is open; afterwards no transaction is open, whatever
    /// the result.
    pub(super) async fn run(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<Outcome> {
        on_progress(Progress::Started {
            id: &self.file.id(),
            direction: self.direction,
            statements: self.statements().len(),
        });
        let first = checks(self.statements());
        if let Err(stop) = self.group(session, 0..first, false, on_progress).await {
            let _ = session.rollback().await;
            return Err(self.stopped(stop, "it changed nothing"));
        }
        let rest = self.statements().get(first..).unwrap_or_default();
        let transaction_groups: Vec<TransactionGroup> =
            transaction_groups(session.product(), rest).into_iter().map(|group| group.after(first)).collect();
        match transaction_groups.as_slice() {
            [] => self.together(session, first..first, on_progress).await?,
            // On servers that commit by themselves a rollback may be incomplete, so how far it got is written down.
            [only] if only.transactional && !commits_by_itself(session.product()) => {
                self.together(session, only.statements.clone(), on_progress).await?;
            }
            _ => self.journalled(session, &transaction_groups, on_progress).await?,
        }
        let outcome = Outcome {
            id: self.file.id(),
            direction: self.direction,
            statements: self.statements().len(),
            execution_ms: self.elapsed(),
            status: matches!(self.direction, Direction::Up).then_some(State::Applied),
        };
        on_progress(Progress::Finished(&outcome));
        Ok(outcome)
    }

    /// Runs everything in the open transaction, the history row included.
    async fn together(
        &self,
        session: &mut Session,
        range: Range<usize>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        let result = match self.patiently(session, range, true, on_progress).await {
            Ok(()) => match self.finish(session, false).await {
                Ok(()) => commit(session).await,
                Err(error) => Err(Stop::new(None, "when its row was written to the history", error)),
            },
            Err(stop) => Err(stop),
        };
        let Err(stop) = result else { return Ok(()) };
        let state = match rolled_back(session).await {
            Ok(_) => "it was rolled back, the database is as it was before it",
            Err(_) if stop.what == COMMITTING => {
                "the connection is gone, and whether the commit arrived is not known; `gen status` tells"
            }
            Err(_) => "the connection is gone; the database rolls it back by itself",
        };
        Err(self.stopped(stop, state))
    }

    /// Runs the transaction groups in order. The history row is written as running first, then with the number of finished
    /// statements, and at the end as applied.
    async fn journalled(
        &self,
        session: &mut Session,
        transaction_groups: &[TransactionGroup],
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        let (mut done, mut filled) = (0, 0);
        let mut result = self.announce(session).await;
        for group in transaction_groups {
            if result.is_err() {
                break;
            }
            filled = 0;
            let mut heard = |progress: Progress<'_>| {
                if let Progress::Batch { rows } = progress
                    && !group.transactional
                {
                    filled = rows;
                }
                on_progress(progress);
            };
            result = self.journalled_stretch(session, group, &mut heard).await;
            if result.is_ok() {
                done = group.statements.end;
            }
        }
        if result.is_ok() {
            result =
                self.finish(session, true).await.map_err(|error| Stop::new(None, "when its end was recorded", error));
        }
        let Err(stop) = result else { return Ok(()) };
        if stop.what == ANNOUNCING {
            let _ = session.rollback().await;
            return Err(self.stopped(stop, "none of its statements was sent"));
        }
        let is_rolled_back = rolled_back(session).await.unwrap_or(true);
        if done == 0
            && is_rolled_back
            && self.has_left_nothing(session.product(), transaction_groups, &stop)
            && self.retract(session).await.is_ok()
        {
            let state = match filled {
                0 => "it changed nothing".to_owned(),
                1 => "1 row is filled and stays so, it changed nothing else".to_owned(),
                rows => format!("{rows} rows are filled and stay so, it changed nothing else"),
            };
            return Err(self.stopped(stop, &state));
        }
        // After a lost connection the statement may still be running; only an answer of the database counts as a failure.
        let status = if stop.answered { State::Failed } else { State::Running };
        let recorded =
            self.table.update(session, &self.file.id(), self.direction, (status, done, self.elapsed())).await;
        let mut state = match done {
            0 => "none of its statements is done".to_owned(),
            1 => "the first of its statements is in the database and stays there".to_owned(),
            _ => format!("the first {done} of its statements are in the database and stay there"),
        };
        if filled > 0 {
            state.push_str(&format!("; of the next one, {filled} rows are filled"));
        }
        if recorded.is_err() {
            state.push_str("; the connection is gone, so the history still says that it is running");
        }
        Err(self.stopped(stop, &state).hint("the next `gen up` stops here and says how to go on"))
    }

    /// Whether the first group failed as a whole, so that the next run can start with it again.
    fn has_left_nothing(&self, product: Product, transaction_groups: &[TransactionGroup], stop: &Stop) -> bool {
        let was_refused = stop.answered && (stop.at.is_some() || stop.what == COMMITTING);
        was_refused
            && transaction_groups.first().is_some_and(|first| {
                let mut statements = self.statements().iter().skip(first.statements.start).take(first.statements.len());
                first.transactional || statements.all(|statement| is_all_or_none(product, statement))
            })
    }

    /// Resets the history row: the migration is pending again, or applied.
    async fn retract(&self, session: &mut Session) -> Result<(), DatabaseError> {
        match self.direction {
            Direction::Up => self.table.delete(session, &self.file.id()).await,
            Direction::Down => {
                let as_before = (State::Applied, self.file.statements(Direction::Up).len(), self.elapsed());
                self.table.update(session, &self.file.id(), Direction::Up, as_before).await
            }
        }
    }

    async fn journalled_stretch(
        &self,
        session: &mut Session,
        group: &TransactionGroup,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let progress = (State::Running, group.statements.end, self.elapsed());
        let journal = |error| Stop::new(None, "when its progress was recorded", error);
        if group.transactional {
            session.begin().await.map_err(journal)?;
        }
        self.patiently(session, group.statements.clone(), group.transactional, on_progress).await?;
        self.table.update(session, &self.file.id(), self.direction, progress).await.map_err(journal)?;
        if group.transactional {
            commit(session).await?;
        }
        Ok(())
    }

    /// Runs a transaction group, and restarts it after a lock timeout: its own locks are released in between, so other
    /// sessions proceed.
    async fn patiently(
        &self,
        session: &mut Session,
        range: Range<usize>,
        transactional: bool,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let mut pauses = patience::pauses();
        loop {
            let Err(stop) = self.group(session, range.clone(), transactional, on_progress).await else { return Ok(()) };
            let (Some(why), Some(pause)) = (&stop.waited, pauses.next()) else { return Err(stop) };
            if transactional && !matches!(rolled_back(session).await, Ok(true)) {
                return Err(stop);
            }
            on_progress(Progress::Stepping { why });
            tokio::time::sleep(pause).await;
            if transactional && session.begin().await.is_err() {
                return Err(stop);
            }
        }
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
        let statements = self.statements().iter().enumerate().skip(range.start).take(range.len());
        for (index, statement) in statements {
            on_progress(Progress::Statement { number: index + 1, of: self.statements().len(), sql: &statement.sql });
            let done = carry_out(session, statement, &self.kept, on_progress).await;
            if let Err(trouble) = done {
                return Err(Stop::of(session.product(), index, trouble));
            }
        }
        match before {
            Some(before) => check_foreign_keys(session, before).await,
            None => Ok(()),
        }
    }

    /// Records the migration as running and reports it.
    async fn announce(&self, session: &mut Session) -> Result<(), Stop> {
        let running = (State::Running, 0, 0);
        let written = match self.direction {
            Direction::Up => self.table.insert(session, self.file, running, self.file.migration.to.as_deref()).await,
            Direction::Down => self.table.update(session, &self.file.id(), self.direction, running).await,
        };
        let announced = match written {
            Ok(()) => session.commit().await,
            Err(error) => Err(error),
        };
        announced.map_err(|error| Stop::new(None, ANNOUNCING, error))
    }

    /// Records the migration as applied; a reverted migration loses its row.
    async fn finish(&self, session: &mut Session, has_row: bool) -> Result<(), DatabaseError> {
        let done = (State::Applied, self.statements().len(), self.elapsed());
        match self.direction {
            Direction::Down => self.table.delete(session, &self.file.id()).await,
            Direction::Up if has_row => self.table.update(session, &self.file.id(), self.direction, done).await,
            Direction::Up => self.table.insert(session, self.file, done, self.file.migration.to.as_deref()).await,
        }
    }

    /// Builds the error: which migration, which statement, and the state the database is in now.
    fn stopped(&self, stop: Stop, state: &str) -> Error {
        let verb = match self.direction {
            Direction::Up => "migration",
            Direction::Down => "reverting migration",
        };
        let (id, of) = (self.file.id(), self.statements().len());
        let place = match stop.at.and_then(|index| self.statements().get(index).map(|found| (index, found))) {
            Some((index, statement)) => format!("at statement {} of {of}, `{}`", index + 1, first_line(statement)),
            None => stop.what.to_owned(),
        };
        let found = stop.at.filter(|_| stop.error.is::<FailedCheck>()).and_then(|index| self.statements().get(index));
        let rows = found.and_then(|check| counted(self.file.migration.product, check));
        let hint = stop.error.downcast_ref().and_then(way_out).map(str::to_owned);
        let hint = hint.or(rows.map(|query| format!("these rows: `{query}`")));
        let what = if interrupted() { "was interrupted" } else { "failed" };
        let kind = ErrorKind::Failed { id: id.clone(), statement: stop.at.map(|index| index + 1) };
        let error = Error::new(format!("{verb} `{id}` {what} {place}; {state}")).of(kind).because(stop.error);
        hint.into_iter().fold(error, Error::hint)
    }
}

/// The hint for errors that do not depend on the migration. PostgreSQL keeps a lock for every object that a transaction
/// creates or changes, and by default has room for 64 of them per connection.
fn way_out(error: &DatabaseError) -> Option<&'static str> {
    match error.code.as_deref() {
        Some("53200") if error.message.contains("shared memory") => Some(
            "these are more objects than the server has locks for in one transaction: raise its \
             `max_locks_per_transaction`, or write `-- gen: no transaction` above the statements and seal the file with \
             `gen lock`",
        ),
        Some(_) | None => None,
    }
}

const ANNOUNCING: &str = "before its first statement, when its row was written to the history";
const COMMITTING: &str = "when it was committed";

async fn commit(session: &mut Session) -> Result<(), Stop> {
    session.commit().await.map_err(|error| Stop::new(None, COMMITTING, error))
}

/// Refuses dangling references that a migration left. Those that could not be checked before need not be checkable now.
async fn check_foreign_keys(session: &mut Session, before: Result<Violations, DatabaseError>) -> Result<(), Stop> {
    let what = "when foreign keys were checked at its end";
    let stop = |error| Stop { at: None, what, error, answered: true, waited: None };
    match (before, violations(session).await) {
        (Ok(before), Ok(after)) => match after.new_since(&before) {
            Some(violation) => Err(stop(violation.into())),
            None => Ok(()),
        },
        (Err(_), Ok(_) | Err(_)) => Ok(()),
        (Ok(_), Err(error)) => Err(stop(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_has_no_room_for_has_a_way_out() {
        let error =
            |code: &str, message: &str| DatabaseError { message: message.to_owned(), code: Some(code.to_owned()) };
        let hint = way_out(&error("53200", "out of shared memory")).unwrap_or_default();
        assert!(hint.contains("max_locks_per_transaction"), "{hint}");
        assert_eq!(way_out(&error("53200", "out of memory")), None);
        assert_eq!(way_out(&error("42P07", "relation \"shared memory\" already exists")), None);
    }
}
