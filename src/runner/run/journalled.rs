//! Executes a migration that is not one transaction: the history says before each statement which one is sent, so that the next
//! run can go on whatever happens.
//!
//! Must not know where an earlier run stopped.

use crate::Result;
use crate::reading::GIVE_BACK;
use crate::session::{DatabaseError, Session};
use crate::{Product, Role, Statement};

use super::apply::{Completion, Execution, commit, rolled_back};
use super::history::Record;
use super::journal::{Journal, Sent};
use super::probe::{self, Probe};
use super::resume::Start;
use super::stop::{Stage, Stop};
use super::table::Entry;
use super::transaction_groups::{TransactionGroup, commits_by_itself, own_transactions};
use super::{Direction, Progress, ProgressCallback, State, grants};

/// How far a run got.
#[derive(Default)]
pub(super) struct Reached {
    /// How many statements are done.
    pub(super) done: usize,
    /// How many rows the batches of the next statement have changed.
    pub(super) filled: u64,
    /// The statement that was sent.
    pub(super) sent: Option<Sent>,
}

fn recording(product: Product) -> impl Fn(DatabaseError) -> Stop {
    move |error| Stop::new(product, Stage::Recording, error)
}

impl Execution<'_> {
    /// Runs the transaction groups in order. `start` is where an earlier run stopped; without it the transaction in which the
    /// history was read is open.
    pub(super) async fn journalled(
        &self,
        session: &mut Session,
        groups: &[TransactionGroup],
        start: Option<&Start>,
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        let done = start.map_or(0, |start| start.done).max(self.first_change());
        let mut reached = Reached { done, ..Reached::default() };
        let result = self.each_group(session, groups, (start, &mut reached), on_progress).await;
        let Err(stop) = result else { return Ok(()) };
        if stop.stage == Stage::Announcing || stop.is_taken_over() {
            let _ = session.rollback().await;
            return Err(self.stopped(stop, "nothing more of it was sent"));
        }
        let is_rolled_back = rolled_back(session).await.unwrap_or(true);
        let at = stop.stage.statement();
        let own_transactions = own_transactions(session.product(), self.statements());
        let is_own_transaction = own_transactions.contains(&at.unwrap_or(reached.done));
        if is_own_transaction && let Some(record) = self.row(session).await {
            // The rollback has undone what the file's own transaction did, and what was recorded in it.
            reached.done = record.statements;
            reached.sent = record.journal.and_then(|journal| journal.sent).filter(|_| !is_rolled_back);
        }
        let Reached { done, filled, mut sent } = reached;
        let failed = groups.iter().find(|group| group.statements.contains(&done));
        let has_left_nothing = is_rolled_back
            && stop.answered
            && (at.is_some() || stop.stage == Stage::Committing)
            && (stop.was_not_sent || failed.is_some_and(|group| self.leaves_nothing(session.product(), group)));
        let has_key = sent.as_ref().is_some_and(|sent| sent.key.is_some() || sent.exposed);
        let is_new = has_left_nothing && done == self.first_change() && !has_key;
        if is_new && matches!(self.retract(session).await, Ok(true)) {
            let state = match filled {
                0 => "it changed nothing".to_owned(),
                1 => "1 row is filled and stays so, it changed nothing else".to_owned(),
                rows => format!("{rows} rows are filled and stay so, it changed nothing else"),
            };
            return Err(self.stopped(stop, &state));
        }
        // After a lost connection the statement may still be running; only an answer of the database counts as a failure.
        let status = if stop.answered { State::Failed } else { State::Running };
        if has_left_nothing {
            sent = sent.filter(|sent| sent.key.is_some() || sent.exposed);
        } else if stop.answered && at.is_some() && !(is_own_transaction && is_rolled_back) {
            let statement = at.and_then(|at| self.statements().get(at));
            let mut refused = sent.or_else(|| Some(Sent::of(session.product(), statement?)));
            refused.iter_mut().for_each(|sent| sent.refused = true);
            sent = refused;
        }
        let recorded = self.write(session, status, done, sent).await;
        let mut state = match done {
            _ if done == self.first_change() => "none of its statements is done".to_owned(),
            1 => "the first of its statements is in the database and stays there".to_owned(),
            _ => format!("the first {done} of its statements are in the database and stay there"),
        };
        if filled > 0 {
            state.push_str(&format!("; of the next one, {filled} rows are filled"));
        }
        if recorded.is_err() {
            state.push_str("; the connection is gone, so the history still says that it is running");
        }
        let command = match self.direction {
            Direction::Up => "gen up",
            Direction::Down => "gen down",
        };
        Err(self.stopped(stop, &state).hint(format!("remove the cause, and `{command}` goes on from there")))
    }

    async fn each_group(
        &self,
        session: &mut Session,
        groups: &[TransactionGroup],
        (start, reached): (Option<&Start>, &mut Reached),
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let product = session.product();
        let mut instead = start.and_then(|start| start.instead.clone());
        let mut is_announced = false;
        let mut next = groups.iter().peekable();
        while let Some(group) = next.next() {
            reached.filled = 0;
            reached.sent = self.intent(session, group).await?;
            if let (Some(sent), Some(start), false) = (&mut reached.sent, start, is_announced) {
                sent.key.clone_from(&start.key);
            }
            if !is_announced {
                self.announce(session, start, reached).await?;
                is_announced = true;
            } else if reached.sent.is_some() {
                self.record(session, reached).await?;
            }
            let mut heard = |progress: Progress<'_>| {
                if let Progress::Batch { rows } = progress
                    && !group.transactional
                {
                    reached.filled = rows;
                }
                on_progress(progress);
            };
            if let Some(sql) = instead.take() {
                session
                    .execute(&sql)
                    .await
                    .map_err(|error| Stop::new(product, Stage::Statement(group.statements.start), error))?;
            } else if group.transactional {
                match self.enclosed(session, group, &mut heard).await {
                    // A command that the tool does not know, and that PostgreSQL takes outside a transaction only.
                    Err(stop) if stop.needs_no_transaction() && self.is_alone(group) => {
                        rolled_back(session).await.map_err(recording(product))?;
                        let statement = self.statements().get(group.statements.start);
                        reached.sent = statement.map(|it| Sent::of(session.product(), it));
                        self.record(session, reached).await?;
                        self.patiently(session, group.statements.clone(), Completion::Statement, on_progress).await?;
                        reached.sent = None;
                        reached.done = group.statements.end;
                        self.record(session, reached).await?;
                        continue;
                    }
                    done => done?,
                }
            } else if self.has_portions(session.product(), group) {
                self.portions(session, (group.statements.start, reached), on_progress).await?;
            } else {
                self.patiently(session, group.statements.clone(), Completion::Statement, &mut heard).await?;
            }
            *reached = Reached { done: group.statements.end, ..Reached::default() };
            // Where the next statement is announced, that says that this one is done.
            let is_said = group.transactional || next.peek().is_none_or(|next| !next.transactional);
            if !is_said {
                self.record(session, reached).await?;
            }
        }
        if !is_announced && start.is_none() {
            self.announce(session, start, reached).await?;
        }
        self.finish(session).await
    }

    /// Runs a group in a transaction, together with the record that it is done.
    async fn enclosed(
        &self,
        session: &mut Session,
        group: &TransactionGroup,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        session.begin().await.map_err(recording(session.product()))?;
        let reached = Reached { done: group.statements.end, ..Reached::default() };
        self.patiently(session, group.statements.clone(), Completion::Reached(&reached), on_progress).await
    }

    /// The row of the migration as the history has it.
    async fn row(&self, session: &mut Session) -> Option<Record> {
        let id = self.file.id();
        self.table.read(session).await.ok()?.into_iter().find(|record| record.id == id)
    }

    /// The statement that is sent next, with the description of what it changes. A transaction needs none, unless it changes tables
    /// without transactions.
    async fn intent(&self, session: &mut Session, group: &TransactionGroup) -> Result<Option<Sent>, Stop> {
        let product = session.product();
        let Some(statement) = self.statements().get(group.statements.start) else { return Ok(None) };
        if group.transactional {
            let is_exposed = commits_by_itself(product) && self.changes_without_transactions(session, group).await;
            return Ok(is_exposed.then(|| Sent::of(product, statement)));
        }
        let before = match probe::probe(product, statement) {
            Probe::Catalog(objects) => {
                let before = probe::describe(session, &objects).await.map_err(recording(product))?;
                probe::is_telling(product, &statement.sql, &before).then_some(before)
            }
            Probe::Repeatable | Probe::Unknown => None,
        };
        let rights = grants::before(session, statement).await;
        let after = rights.statements().iter().chain(self.kept.grants(product, &statement.sql)).cloned().collect();
        let sql = before.as_ref().map(|_| statement.sql.clone());
        let exposed = self.has_portions(product, group)
            && commits_by_itself(product)
            && self.changes_without_transactions(session, group).await;
        Ok(Some(Sent { sql, before, after, exposed, ..Sent::of(product, statement) }))
    }

    /// Whether a group names a table whose engine knows no transactions (MySQL and MariaDB).
    async fn changes_without_transactions(&self, session: &mut Session, group: &TransactionGroup) -> bool {
        let query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND engine IN \
                     (SELECT engine FROM information_schema.engines WHERE transactions <> 'YES' OR transactions IS NULL)";
        let Ok(tables) = session.query(query).await else { return true };
        let mut statements = self.statements().iter().skip(group.statements.start).take(group.statements.len());
        // Nobody knows what a function of the program changes.
        let is_function = |it: &Statement| matches!(it.role, Role::Rust { .. });
        statements.any(|it| {
            is_function(it) && !tables.is_empty()
                || tables.iter().any(|table| it.sql.to_lowercase().contains(&table.text(0).to_lowercase()))
        })
    }

    /// Records the migration as running.
    async fn announce(&self, session: &mut Session, start: Option<&Start>, reached: &Reached) -> Result<(), Stop> {
        let product = session.product();
        let announcing = |error| Stop::new(product, Stage::Announcing, error);
        if start.is_some() {
            return self.record(session, reached).await;
        }
        let journal = self.journal(session, reached.done, reached.sent.clone()).await;
        match self.direction {
            Direction::Up => {
                let entry = self.entry(State::Running, reached.done, &journal);
                let to = self.file.migration.to.as_deref();
                self.table.insert(session, self.file, &entry, to).await.map_err(announcing)?;
            }
            Direction::Down => {
                self.table.take_over(session, self.file, (None, self.owner)).await.map_err(announcing)?;
                self.write(session, State::Running, reached.done, reached.sent.clone()).await.map_err(announcing)?;
            }
        }
        // PostgreSQL answers a COMMIT without a transaction with a warning.
        session.commit().await.map_err(announcing)
    }

    /// Records how far it got; refused if another run has taken the migration over.
    pub(super) async fn record(&self, session: &mut Session, reached: &Reached) -> Result<(), Stop> {
        match self.write(session, State::Running, reached.done, reached.sent.clone()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Stop::taken_over()),
            Err(error) => Err(recording(self.file.migration.product)(error)),
        }
    }

    async fn write(
        &self,
        session: &mut Session,
        status: State,
        done: usize,
        sent: Option<Sent>,
    ) -> Result<bool, DatabaseError> {
        let journal = self.journal(session, done, sent).await;
        let entry = self.entry(status, done, &journal);
        self.table.update(session, &self.file.id(), self.direction, &entry).await
    }

    fn entry<'e>(&'e self, status: State, done: usize, journal: &'e Journal) -> Entry<'e> {
        let owner = Some(self.owner);
        Entry { status, statements: done, execution_ms: self.elapsed(), owner, journal: Some(journal) }
    }

    async fn journal(&self, session: &mut Session, done: usize, sent: Option<Sent>) -> Journal {
        let journal = Journal::new(session.product(), self.statements(), done);
        let gives_back = |it: &&Statement| it.sql == GIVE_BACK;
        let setting = match session.product() {
            Product::Postgres if self.statements().iter().skip(done).any(|it| gives_back(&it)) => {
                let kept = session.query("SELECT current_setting('gen.kept', true)").await.ok();
                kept.and_then(|rows| rows.first().map(|row| row.text(0).to_owned())).filter(|text| !text.is_empty())
            }
            Product::Postgres | Product::MySql | Product::MariaDb | Product::Sqlite => None,
        };
        Journal { sent, rights: self.kept.rights(), setting, ..journal }
    }

    /// Records the migration as applied; a reverted migration loses its row.
    async fn finish(&self, session: &mut Session) -> Result<(), Stop> {
        let product = session.product();
        let ended = |error| Stop::new(product, Stage::Ending, error);
        // A transaction that the file begins and does not end would take the record back with its rows; this ends it.
        session.begin().await.map_err(ended)?;
        let is_own = match self.direction {
            Direction::Down => self.table.delete_own(session, &self.file.id(), self.owner).await.map_err(ended)?,
            Direction::Up => {
                let statements = self.statements().len();
                let entry = Entry {
                    status: State::Applied,
                    statements,
                    execution_ms: self.elapsed(),
                    owner: Some(self.owner),
                    journal: None,
                };
                self.table.update(session, &self.file.id(), self.direction, &entry).await.map_err(ended)?
            }
        };
        if !is_own {
            return Err(Stop::taken_over());
        }
        self.log(session, self.completed()).await.map_err(ended)?;
        commit(session).await
    }

    /// Resets the history row: the migration is pending again, or applied. Returns false if another run has taken the migration over.
    pub(super) async fn retract(&self, session: &mut Session) -> Result<bool, DatabaseError> {
        match self.direction {
            Direction::Up => self.table.delete_own(session, &self.file.id(), self.owner).await,
            Direction::Down => {
                let entry = Entry {
                    status: State::Applied,
                    statements: self.file.statements(Direction::Up).len(),
                    execution_ms: self.elapsed(),
                    owner: Some(self.owner),
                    journal: None,
                };
                self.table.update(session, &self.file.id(), Direction::Up, &entry).await
            }
        }
    }

    /// Whether a group that the database refused has changed nothing, so that it can be sent again.
    fn leaves_nothing(&self, product: Product, group: &TransactionGroup) -> bool {
        group.transactional || self.is_all_or_none(product, &group.statements)
    }
}
