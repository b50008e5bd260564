//! A failed concurrent index build leaves an invalid index: it costs every write, serves no query, and occupies its name. It
//! is dropped when the statement fails, and before the statement is sent again.
//!
//! Must not know why a build failed.

use crate::session::Session;
use crate::session::postgres::{self, Concurrent};
use crate::{Product, Statement};

/// What to clean up after a concurrent statement.
pub(super) struct Around {
    built: Option<Concurrent>,
    timeout: Option<String>,
}

/// Prepares a concurrent statement: drops the invalid index of a former try, and disables the lock timeout, because no
/// session waits behind it.
pub(super) async fn before(session: &mut Session, statement: &Statement) -> Around {
    let nothing = Around { built: None, timeout: None };
    if statement.transactional || session.product() != Product::Postgres || !postgres::is_concurrent(&statement.sql) {
        return nothing;
    }
    let timeout = postgres::wait_for_ever(session).await.ok();
    let built = postgres::concurrent(&statement.sql);
    if let Some(built) = &built {
        let _ = postgres::drop_invalid(session, built).await;
    }
    Around { built, timeout }
}

/// Drops the invalid index of a failed build and restores the lock timeout; if the drop fails, the next try repeats it.
pub(super) async fn after(session: &mut Session, around: Around, has_failed: bool) {
    if let Some(built) = around.built.filter(|_| has_failed) {
        let _ = postgres::drop_invalid(session, &built).await;
    }
    if let Some(timeout) = around.timeout {
        let _ = postgres::wait_again(session, &timeout).await;
    }
}
