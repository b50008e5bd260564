//! An index that is built concurrently and fails is left behind, invalid: it costs every write and serves no query, and its
//! name is taken. It is dropped, when the statement fails and before it is sent again.
//!
//! Must not know why a build failed.

use crate::session::Session;
use crate::session::postgres::{self, Concurrent};
use crate::{Product, Statement};

/// What is to be put right after a statement that works concurrently.
pub(super) struct Around {
    built: Option<Concurrent>,
    timeout: Option<String>,
}

/// Makes ready for a statement that works concurrently: what an earlier try has left behind is dropped, and since nobody
/// waits for it while it waits for whoever was there before, it may wait for as long as that takes.
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

/// Drops what a failed build has left behind; if even that fails, the next try does it. Statements wait as before.
pub(super) async fn after(session: &mut Session, around: Around, has_failed: bool) {
    if let Some(built) = around.built.filter(|_| has_failed) {
        let _ = postgres::drop_invalid(session, &built).await;
    }
    if let Some(timeout) = around.timeout {
        let _ = postgres::wait_again(session, &timeout).await;
    }
}
