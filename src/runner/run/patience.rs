//! How long a statement waits for a lock, and when it tries again.
//!
//! Whoever waits for a strong lock makes everybody wait who comes after, readers too. So a statement waits for a short time
//! only, lets the others pass, and comes back a little later. Must not know what is run.

use std::time::Duration;

use crate::Product;
use crate::session::{DatabaseError, Session, mysql, postgres};

/// How long others wait behind a statement at most, while it waits itself.
const SECONDS: u32 = 3;

/// The pauses between tries: about two minutes in all.
const PAUSES: [u64; 10] = [200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];

/// Lets statements wait for locks for a short time only. A session that may not be told waits as it did.
pub(super) async fn limit(session: &mut Session) {
    let _ = match session.product() {
        Product::Postgres => postgres::wait_for_locks(session, SECONDS).await,
        Product::MySql | Product::MariaDb => mysql::wait_for_locks(session, SECONDS).await,
        Product::Sqlite => Ok(()),
    };
}

/// Lets statements wait for as long as the server says.
pub(super) async fn lift(session: &mut Session) {
    let _ = match session.product() {
        Product::Postgres => postgres::wait_as_usual(session).await,
        Product::MySql | Product::MariaDb => mysql::wait_as_usual(session).await,
        Product::Sqlite => Ok(()),
    };
}

/// Whether a statement gave up waiting for a lock, or was chosen to in a deadlock: nothing of it was done.
pub(super) fn has_waited(product: Product, error: &DatabaseError) -> bool {
    match product {
        Product::Postgres => matches!(error.code.as_deref(), Some("55P03" | "40P01")),
        Product::MySql | Product::MariaDb => {
            error.message.contains("Lock wait timeout exceeded") || error.message.contains("Deadlock found")
        }
        Product::Sqlite => false,
    }
}

/// The pauses before each further try.
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES.into_iter().map(Duration::from_millis)
}
