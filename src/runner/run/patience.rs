//! Lock timeouts and retries.
//!
//! A session that waits for a strong lock blocks every later session, readers included. So a statement waits for a short time
//! only, lets the others proceed, and tries again a little later. Must not know what is run.

use std::time::Duration;

use crate::Product;
use crate::session::{DatabaseError, Session, mysql, postgres, sqlite};

/// The longest time that other sessions wait behind a statement that itself waits for a lock.
const SECONDS: u32 = 3;

/// The pauses between tries: about two minutes in total.
const PAUSES: [u64; 10] = [200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];

/// Sets a short lock timeout, and lets the server end this session soon after its client is gone: it holds the lock of the runner.
/// What cannot be set keeps its default.
pub(super) async fn limit(session: &mut Session) {
    if session.was_limited() {
        return;
    }
    for setting in match session.product() {
        Product::Postgres => postgres::SHORT_LIVED,
        Product::MySql | Product::MariaDb => mysql::SHORT_LIVED,
        Product::Sqlite => &[],
    } {
        let _ = session.execute(&format!("SET {setting}")).await;
    }
    let _ = match session.product() {
        Product::Postgres => postgres::wait_for_locks(session, SECONDS).await,
        Product::MySql | Product::MariaDb => mysql::wait_for_locks(session, SECONDS).await,
        Product::Sqlite => Ok(()),
    };
}

/// Sets a short timeout for the locks of rows, where it is another one: a statement that waits for a row holds those that it has
/// changed.
pub(super) async fn limit_rows(session: &mut Session) {
    if matches!(session.product(), Product::MySql | Product::MariaDb) {
        let _ = session.execute(&format!("SET SESSION innodb_lock_wait_timeout = {SECONDS}")).await;
    }
}

/// Restores it.
pub(super) async fn lift_rows(session: &mut Session) {
    if matches!(session.product(), Product::MySql | Product::MariaDb) {
        let _ = session.execute("SET SESSION innodb_lock_wait_timeout = @@GLOBAL.innodb_lock_wait_timeout").await;
    }
}

/// Restores the server's timeouts.
pub(super) async fn lift(session: &mut Session) {
    if session.stays() {
        return;
    }
    for setting in match session.product() {
        Product::Postgres => postgres::SHORT_LIVED,
        Product::MySql | Product::MariaDb => mysql::SHORT_LIVED,
        Product::Sqlite => &[],
    } {
        let name = setting.split(' ').next().unwrap_or_default();
        let _ = session.execute(&format!("SET {name} = DEFAULT")).await;
    }
    let _ = match session.product() {
        Product::Postgres => postgres::wait_as_usual(session).await,
        Product::MySql | Product::MariaDb => mysql::wait_as_usual(session).await,
        Product::Sqlite => Ok(()),
    };
}

/// Whether a statement or a commit failed by a lock timeout, or because another session was preferred to this one: nothing of it
/// was done, and it can be tried again.
pub fn has_waited(product: Product, error: &DatabaseError) -> bool {
    match product {
        Product::Postgres => matches!(error.code.as_deref(), Some("55P03" | "40P01" | "40001")),
        // The SQLSTATE is that of deadlocks, and of a change on another node of a Galera cluster.
        Product::MySql | Product::MariaDb => {
            error.code.as_deref() == Some("40001") || error.message.contains("Lock wait timeout exceeded")
        }
        Product::Sqlite => sqlite::is_busy(error),
    }
}

/// The pauses before each further try.
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES.into_iter().map(Duration::from_millis)
}
