//! What the statements of a migration did, for the log: rows, time lost to locks, and where it stopped.
//!
//! Must not know how statements are sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::session::{DatabaseError, Session};
use crate::{Product, Role, Statement, sql};

use super::Direction;
use super::apply::Execution;
use super::log::{Details, Event};
use super::stop::Stop;

/// Rows and lost time. It is counted while the execution is borrowed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: AtomicU64,
    waited_ms: AtomicU64,
}

impl Tally {
    /// Counts the rows that a statement changed. What a database says of other statements is not about rows.
    pub(super) fn count(&self, product: Product, statement: &Statement, rows: u64) {
        let changes_rows = || {
            let first = sql::Tokens::new(product, &statement.sql).find(|token| !token.is_blank());
            first.is_some_and(|it| it.is_any(&["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH"]))
        };
        if rows > 0 && (matches!(statement.role, Role::Rust { .. }) || changes_rows()) {
            self.rows.fetch_add(rows, Ordering::Relaxed);
        }
    }

    /// A try was rolled back, after so long, and with it all but these rows.
    pub(super) fn try_again(&self, rows: u64, lost: Duration) {
        self.rows.store(rows, Ordering::Relaxed);
        self.waited_ms.fetch_add(milliseconds(lost), Ordering::Relaxed);
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub(super) fn waited_ms(&self) -> u64 {
        self.waited_ms.load(Ordering::Relaxed)
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Where a migration stopped.
#[derive(Clone, Debug)]
pub(super) struct StoppedAt {
    /// The number of the statement, from 1.
    statement: Option<usize>,
    code: Option<String>,
    is_taken_over: bool,
}

impl StoppedAt {
    pub(super) fn of(stop: &Stop) -> Self {
        Self {
            statement: stop.stage.statement().map(|index| index + 1),
            code: stop.code(),
            is_taken_over: stop.is_taken_over(),
        }
    }
}

impl Execution<'_> {
    /// The event of a migration that ran to its end.
    pub(super) fn completed(&self) -> Event {
        match self.direction {
            Direction::Up => Event::Applied,
            Direction::Down => Event::Reverted,
        }
    }

    /// Writes a line about this migration, in the open transaction.
    pub(super) async fn log(&self, session: &mut Session, event: Event) -> Result<(), DatabaseError> {
        let details = Details { statements: self.statements().len() as u64, ..self.details() };
        self.table.append(session, (&self.file.id(), event), details).await
    }

    /// Writes a line about its failure. The failure is what is reported, so that one is not.
    pub(super) async fn log_failure(&self, session: &mut Session) {
        let stopped = self.stopped_at.get();
        if stopped.is_some_and(|stopped| stopped.is_taken_over) {
            return;
        }
        let statement = stopped.and_then(|stopped| stopped.statement);
        let sent = statement.map_or(0, |statement| statement as u64);
        let code = stopped.and_then(|stopped| stopped.code.clone());
        let details = Details { statements: sent, statement, code, ..self.details() };
        let written = async {
            session.begin().await?;
            self.table.append(session, (&self.file.id(), Event::Failed), details).await?;
            session.commit().await
        };
        if written.await.is_err() {
            let _ = session.rollback().await;
        }
    }

    fn details(&self) -> Details {
        Details {
            checksum: Some(self.file.checksum.clone()),
            rows: self.tally.rows(),
            execution_ms: self.elapsed(),
            waited_ms: self.tally.waited_ms(),
            lock_ms: milliseconds(self.lock_wait),
            run: Some(self.owner.to_owned()),
            ..Details::default()
        }
    }
}
