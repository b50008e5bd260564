//! One statement, sent the way it asks to be: once, as a check, or again and again until it changes nothing.
//!
//! Must not know what stands before or after it.

use crate::dialect::session::{DatabaseError, Session};
use crate::dialect::{Role, Statement};

use super::{confined, indexes};

/// Why a statement is not done.
pub(super) enum Trouble {
    /// The database refused it, or is gone.
    Database(DatabaseError),
    /// A check found what must not be.
    Found(Finding),
}

/// What a check found.
#[derive(Debug, thiserror::Error)]
#[error("{message} (found: {count})")]
pub(super) struct Finding {
    message: String,
    count: String,
}

impl From<DatabaseError> for Trouble {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Carries a statement out. `rows` hears how many rows a statement that goes by batches has changed so far.
pub(super) async fn carry_out(
    session: &mut Session,
    statement: &Statement,
    mut rows: impl FnMut(u64),
) -> Result<(), Trouble> {
    confined::refuse(session, statement)?;
    match &statement.role {
        Role::Change => {
            let around = indexes::before(session, statement).await;
            let done = session.execute(&statement.sql).await;
            indexes::after(session, around, done.is_err()).await;
            done.map(drop)?;
        }
        Role::Check(message) => {
            let found = session.query(&statement.sql).await?;
            let first = found.first().map(|row| row.text(0)).unwrap_or_default();
            if !matches!(first, "" | "0" | "f" | "false") {
                return Err(Trouble::Found(Finding { message: message.clone(), count: first.to_owned() }));
            }
        }
        Role::Batches => {
            let mut changed = 0;
            loop {
                let batch = session.execute(&statement.sql).await?;
                if batch == 0 {
                    break;
                }
                changed += batch;
                rows(changed);
            }
        }
    }
    Ok(())
}
