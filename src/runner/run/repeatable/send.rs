//! Runs one repeatable file: in one transaction with its row where the database can, and otherwise recorded as running before its
//! first statement, so that an interrupted one is run again.
//!
//! Must not know the files before and after it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tracing::{error, info};

use crate::session::{DatabaseError, Session, interrupted};
use crate::sql_file::SqlFile;
use crate::{Error, ErrorKind, Product, Result};

use super::super::definers::Kept;
use super::super::file_statements::{FileStatements, Trouble};
use super::super::log::{Details, Event};
use super::super::table::Table;
use super::super::transaction_groups::{TransactionGroup, commits_by_itself, transaction_groups};
use super::super::{Direction, Outcome, Progress, ProgressCallback, State, lock, patience};
use super::aside::step_aside;
use super::due::{self, Reason};
use super::objects::makes_anew;
use super::order::followers;
use super::rows::Standing;

/// A repeatable file, and what running it needs.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) file: &'a SqlFile,
    /// All repeatable files.
    pub(super) files: &'a [SqlFile],
    pub(super) table: &'a Table,
    /// The name of this run in the history.
    pub(super) owner: &'a str,
    pub(super) wait: Duration,
}

impl Sending<'_> {
    /// Runs the file if it is due.
    pub(super) async fn run(
        &self,
        session: &mut Session,
        on_progress: ProgressCallback<'_>,
    ) -> Result<Option<Outcome>> {
        lock::begin(session, self.wait).await?;
        // Another runner may have been faster, and on SQLite only the transaction keeps it out.
        let reason = async {
            let records = self.table.read_files(session).await?;
            due::reason(session, self.file, &records).await.map_err(super::unread)
        };
        let reason = reason.await;
        let Ok(Some(reason)) = reason else {
            let _ = session.rollback().await;
            return reason.map(|_| None);
        };
        let begun = Instant::now();
        let statements = self.file.statements.len();
        on_progress(Progress::Started { id: &self.file.path, direction: Direction::Up, statements });
        let kept = Kept::read(session, &self.file.statements, &BTreeMap::new()).await;
        let groups = transaction_groups(session.product(), &self.file.statements);
        let is_together =
            groups.len() <= 1 && groups.iter().all(|it| it.transactional) && !commits_by_itself(session.product());
        let done = match is_together {
            true => self.together(session, (&kept, &reason, begun), on_progress).await,
            false => self.in_parts(session, &groups, (&kept, &reason, begun), on_progress).await,
        };
        let home = self.table.go_home(session).await;
        if let Err(trouble) = done {
            let error = self.stopped(session.product(), trouble, is_together);
            error!(file = self.file.path, "{error}");
            return Err(error);
        }
        home.map_err(|error| {
            Error::new("the session could not be brought back to its schema after a repeatable file")
                .of(ErrorKind::Database)
                .because(error)
        })?;
        info!(file = self.file.path, statements, elapsed_ms = elapsed(begun), "completed");
        let outcome = Outcome {
            id: self.file.path.clone(),
            direction: Direction::Up,
            statements,
            execution_ms: elapsed(begun),
            status: Some(State::Applied),
            rows: 0,
            waited_ms: 0,
        };
        on_progress(Progress::Finished(&outcome));
        Ok(Some(outcome))
    }

    /// Runs everything and writes the row in the open transaction.
    async fn together(
        &self,
        session: &mut Session,
        (kept, reason, begun): (&Kept, &Reason, Instant),
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Trouble> {
        let mut pauses = patience::pauses();
        loop {
            let done = async {
                self.make_way(session, on_progress).await?;
                self.statements().send(session, 0..self.file.statements.len(), kept, on_progress).await?;
                self.finish(session, reason, begun).await
            };
            let Err(trouble) = done.await else { return Ok(()) };
            session.rollback().await.map_err(Trouble::around("when it was rolled back"))?;
            let (Some(why), Some(pause)) = (trouble.waited(session.product()), pauses.next()) else {
                return Err(trouble);
            };
            on_progress(Progress::Stepping { why: &why });
            tokio::time::sleep(pause).await;
            session.begin().await.map_err(Trouble::around("when it was begun again"))?;
        }
    }

    /// Runs the file where no transaction can hold all of it. The row says that it is running before the first statement is sent.
    async fn in_parts(
        &self,
        session: &mut Session,
        groups: &[TransactionGroup],
        (kept, reason, begun): (&Kept, &Reason, Instant),
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Trouble> {
        let announced = Trouble::around("when its row was written to the history");
        self.make_way(session, on_progress).await?;
        self.table.record_file(session, (self.file, self.owner), Standing::Running).await.map_err(announced)?;
        session.commit().await.map_err(Trouble::around("when its row was written to the history"))?;
        let mut done = Ok(());
        for group in groups {
            done = self.statements().group(session, group, kept, on_progress).await;
            if done.is_err() {
                break;
            }
        }
        if done.is_ok() {
            session.begin().await.map_err(Trouble::around("when its end was recorded"))?;
            return self.finish(session, reason, begun).await;
        }
        let _ = session.rollback().await;
        // Where this cannot be written the row says that it is running, and the next run does the same.
        if session.begin().await.is_ok() {
            let _ = self.table.record_file(session, (self.file, self.owner), Standing::Failed).await;
            let _ = session.commit().await;
        }
        done
    }

    /// Drops what other files made and this one would be refused for. They are due afterwards.
    async fn make_way(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<(), Trouble> {
        let others: Vec<SqlFile> = self.files.iter().filter(|it| it.path != self.file.path).cloned().collect();
        let stepped = step_aside(session, &self.file.statements, &others, on_progress).await;
        stepped.map(drop).map_err(Trouble::around("when what depends on it was dropped"))
    }

    /// Writes that the file is done, in the open transaction, and commits it. What names the objects that were made anew has to be run
    /// again: privileges on them are gone.
    async fn finish(&self, session: &mut Session, reason: &Reason, begun: Instant) -> Result<(), Trouble> {
        let recorded = async {
            let standing = Standing::Applied(elapsed(begun));
            self.table.record_file(session, (self.file, self.owner), standing).await?;
            let is_anew = match reason {
                Reason::New | Reason::Unfinished | Reason::Missing(_) => true,
                Reason::Changed | Reason::Outdated => makes_anew(self.file),
            };
            if is_anew {
                self.table.outdate_files(session, &followers(self.files, self.file)).await?;
            }
            self.log(session, Event::Applied, begun).await?;
            session.commit().await
        };
        recorded.await.map_err(Trouble::around("when its end was recorded"))
    }

    /// Writes a line about the file, in the open transaction.
    async fn log(&self, session: &mut Session, event: Event, begun: Instant) -> Result<(), DatabaseError> {
        let details = Details {
            checksum: Some(self.file.checksum.clone()),
            statements: self.file.statements.len() as u64,
            execution_ms: elapsed(begun),
            run: Some(self.owner.to_owned()),
            ..Details::default()
        };
        self.table.append(session, (&self.file.path, event), details).await
    }

    fn stopped(&self, product: Product, trouble: Trouble, is_together: bool) -> Error {
        let path = &self.file.path;
        let what = if interrupted() { "was interrupted" } else { "failed" };
        let state = match is_together {
            true => "it was rolled back, and what ran before it stays",
            false => "what ran of it stays, and the next `gen up` runs it from the beginning",
        };
        let (place, statement, cause) = trouble.parts(self.file);
        let exists = ["already exists", "already an object", "already a function"];
        let is_there = exists.iter().any(|words| cause.to_string().contains(words));
        let error = Error::new(format!("`{path}` {what} {place}; {state}"))
            .of(ErrorKind::Failed { id: path.clone(), statement })
            .because(cause);
        let error = match (is_there, product) {
            (false, _) => error,
            (true, Product::Sqlite) => error.hint("it is run more than once: begin it with `DROP … IF EXISTS …`"),
            (true, _) => {
                error.hint("it is run more than once: write `CREATE OR REPLACE`, or begin it with `DROP … IF EXISTS …`")
            }
        };
        error.hint("correct the file, seal it with `gen lock`, and `gen up` goes on with it")
    }

    fn statements(&self) -> FileStatements<'_> {
        FileStatements { file: self.file, wait: self.wait }
    }
}

fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}
