//! Sends a statement in portions of rows, in the order of a key. The history says, in the transaction of each portion, which key was
//! reached: so the next run goes on behind it, and no row is changed twice.
//!
//! Must not know what the statement writes, or the statements before and after it.

use std::time::Instant;

use crate::Product;
use crate::migration::Portions;
use crate::session::{DatabaseError, Session};

use super::apply::{Execution, commit, rolled_back};
use super::journalled::Reached;
use super::pace::{self, Pace, Replicas};
use super::statement::{StatementError, goes_on};
use super::stop::{Stage, Stop};
use super::transaction_groups::{TransactionGroup, own_transactions};
use super::{Progress, ProgressCallback, confined, patience};

impl Execution<'_> {
    /// Whether a group is one statement that is sent in portions. In a transaction that the file begins itself it is sent whole.
    pub(super) fn has_portions(&self, product: Product, group: &TransactionGroup) -> bool {
        let at = group.statements.start;
        let statement = self.statements().get(at);
        statement.is_some_and(|it| Portions::of(product, it).is_some())
            && !own_transactions(product, self.statements()).contains(&at)
    }

    /// Sends the portions of a statement, from the key on that was reached.
    pub(super) async fn portions(
        &self,
        session: &mut Session,
        (at, reached): (usize, &mut Reached),
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let product = session.product();
        let failed = |error| Stop::of(product, at, StatementError::Database(error));
        let Some(statement) = self.statements().get(at) else { return Ok(()) };
        let Some(portions) = Portions::of(product, statement) else { return Ok(()) };
        confined::refuse(session, statement).map_err(failed)?;
        if !session.query(&portions.without_key()).await.map_err(failed)?.is_empty() {
            return Err(failed(DatabaseError::not_sent(
                "rows of the table have no key, so no portion would have them: it was not sent".to_owned(),
            )));
        }
        on_progress(Progress::Statement { number: at + 1, of: self.statements().len(), sql: &statement.sql });
        patience::limit_rows(session).await;
        let done = self.each_portion(session, (at, &portions, reached), on_progress).await;
        patience::lift_rows(session).await;
        done
    }

    async fn each_portion(
        &self,
        session: &mut Session,
        (at, portions, reached): (usize, &Portions<'_>, &mut Reached),
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Stop> {
        let product = session.product();
        let failed = |error| Stop::of(product, at, StatementError::Database(error));
        let Some(statement) = self.statements().get(at) else { return Ok(()) };
        let mut pace = Pace::new();
        loop {
            goes_on().map_err(failed)?;
            match pace.replicas(pace::behind(session).await) {
                Replicas::Ignore => {}
                Replicas::Leave(why) => on_progress(Progress::Noting { what: &why }),
                Replicas::Wait(rest, why) => {
                    on_progress(Progress::Stepping { why: &why });
                    tokio::time::sleep(rest).await;
                    continue;
                }
            }
            let after = reached.sent.as_ref().and_then(|sent| sent.key.clone());
            let end = session.query(&portions.end(after.as_deref(), pace.rows())).await.map_err(failed)?;
            let until = end.first().map(|row| row.text(0).to_owned());
            let sql = portions.between(after.as_deref(), until.as_deref());
            let mut pauses = patience::pauses();
            let mut begun = Instant::now();
            loop {
                let sent =
                    reached.sent.clone().map(|sent| super::journal::Sent { key: until.clone().or(sent.key), ..sent });
                let next = Reached { done: reached.done, filled: reached.filled, sent };
                match self.portion(session, (at, &sql), &next).await {
                    Ok(rows) => {
                        self.tally.count(product, statement, rows);
                        *reached = Reached { filled: next.filled + rows, ..next };
                        break;
                    }
                    Err(stop) => {
                        let (Some(why), Some(pause)) = (&stop.waited, pauses.next()) else { return Err(stop) };
                        if !matches!(rolled_back(session).await, Ok(true)) {
                            return Err(stop);
                        }
                        on_progress(Progress::Stepping { why });
                        pace.slow_down();
                        tokio::time::sleep(pause).await;
                        self.tally.try_again(self.tally.rows(), begun.elapsed());
                        begun = Instant::now();
                    }
                }
            }
            on_progress(Progress::Batch { rows: reached.filled });
            if until.is_none() {
                return Ok(());
            }
            tokio::time::sleep(pace.took(begun.elapsed())).await;
        }
    }

    /// Sends one portion, together with the record of the key that is reached by it. Returns the number of rows it changed.
    async fn portion(&self, session: &mut Session, (at, sql): (usize, &str), next: &Reached) -> Result<u64, Stop> {
        let product = session.product();
        let failed = |error| Stop::new(product, Stage::Recording, error);
        session.begin().await.map_err(failed)?;
        let changed = session.execute(sql).await;
        let rows = changed.map_err(|error| Stop::of(product, at, StatementError::Database(error)))?;
        self.record(session, next).await?;
        commit(session).await?;
        Ok(rows)
    }
}
