//! Statements without a migration: what synchronising a development database and reverting drift send.
//!
//! Must not know the history: nothing is recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::session::Session;
use crate::session::sqlite::violations;
use crate::{Error, Result};
use crate::{Product, Statement};

use super::definers::Kept;
use super::lock;
use super::pending::first_line;
use super::statement::{StatementError, carry_out};
use super::transaction_groups::transaction_groups;

/// Sends statements under the runner's lock, together where the database can.
///
/// # Errors
/// The lock cannot be had; a statement's failure, with what state the database is in.
pub async fn execute(session: &mut Session, statements: &[Statement], wait: Duration) -> Result<()> {
    if statements.is_empty() {
        return Ok(());
    }
    session.refuse_shared()?;
    let held = lock::acquire(session, wait.into(), &mut |_| ()).await?;
    let result = send(session, statements, wait).await;
    lock::release(session, held).await;
    result
}

/// Does something else under the runner's lock, which `work` must not take again: the session only holds it while another program
/// works on the database.
///
/// # Errors
/// The lock cannot be had; those of `work`.
pub async fn under_lock<T, E: From<Error>>(
    session: &mut Session,
    wait: Duration,
    work: impl AsyncFnOnce(&mut Session) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    session.refuse_shared()?;
    let held = lock::acquire(session, wait.into(), &mut |_| ()).await?;
    let result = work(session).await;
    lock::release(session, held).await;
    result
}

async fn send(session: &mut Session, statements: &[Statement], wait: Duration) -> Result<()> {
    let kept = Kept::read(session, statements, &BTreeMap::new()).await;
    let is_sqlite = session.product() == Product::Sqlite;
    for group in transaction_groups(session.product(), statements) {
        let begun = group.statements.start;
        if group.transactional {
            lock::begin(session, wait).await?;
        }
        let before = if is_sqlite { violations(session).await.ok() } else { None };
        let stretch_statements = statements.iter().skip(begun).take(group.statements.len());
        let mut result: Result<()> = Ok(());
        for statement in stretch_statements {
            result = carry_out(session, statement, (&kept, None), &mut |_| ()).await.map(drop).map_err(|trouble| {
                let error = Error::new(format!("the statement `{}` failed", first_line(statement)));
                match trouble {
                    StatementError::Database(cause) => error.because(cause),
                    StatementError::Found(finding) => error.because(finding),
                    StatementError::Function(failed) => error.because(failed),
                }
            });
            if result.is_err() {
                break;
            }
        }
        if let (Ok(()), Some(before)) = (&result, &before)
            && let Ok(after) = violations(session).await
            && let Some(violation) = after.new_since(before)
        {
            result = Err(Error::new("foreign keys do not hold afterwards").because(violation));
        }
        if result.is_ok() && group.transactional {
            result = session.commit().await.map_err(|error| Error::new("the commit failed").because(error));
        }
        if let Err(error) = result {
            if group.transactional {
                let _ = session.rollback().await;
            }
            return Err(match begun {
                0 if group.transactional => error.hint("nothing was changed"),
                _ => error.hint("earlier statements are kept: remove the cause and run the command again"),
            });
        }
    }
    Ok(())
}
