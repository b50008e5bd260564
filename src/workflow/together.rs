//! Statements that are executed together or not at all.
//!
//! Must not know what they do, nor what is said when one fails.

use sea_gen_runner::run::goes_on;
use sea_gen_runner::session::{DatabaseError, Session};

/// Executes statements in one transaction. Returns how many rows they changed.
///
/// # Errors
/// The index of the statement that failed, if one did, and the error; then nothing is changed. An interruption is an error.
pub(super) async fn together(
    session: &mut Session,
    statements: impl Iterator<Item = &str>,
) -> Result<u64, (Option<usize>, DatabaseError)> {
    let around = |error| (None, error);
    session.begin().await.map_err(around)?;
    let mut rows = 0;
    for (at, statement) in statements.enumerate() {
        let done = match goes_on() {
            Ok(()) => session.execute(statement).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(count) => rows += count,
            Err(error) => {
                let _ = session.rollback().await;
                return Err((Some(at), error));
            }
        }
    }
    session.commit().await.map_err(around)?;
    Ok(rows)
}
