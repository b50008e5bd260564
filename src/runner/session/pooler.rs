//! Finds out whether a connection to PostgreSQL has a session of the server for itself, or leads to a pooler that uses another
//! one for every transaction.
//!
//! It only reads: a session of such a pool is somebody else's next, with every setting that was made in it. Must not know what
//! the connection is for.

use std::time::Duration;

use crate::{Error, ErrorKind, Result};

use super::driver::Driver;
use super::interrupt::Ending;
use super::{DatabaseError, Missing, Rows, Session};

/// How long a second connection may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often two connections are compared: where others use the pool, one time may show nothing.
const TIMES: usize = 8;

/// Whether this client has begun the session of the server, in SQL: the driver sends this setting at the beginning. A pooler has begun
/// its sessions before, and passes no setting on.
pub(super) const IS_DIRECT: &str =
    "EXISTS (SELECT 1 FROM pg_catalog.pg_settings WHERE name = 'extra_float_digits' AND source = 'client')";

const NUMBER: &str = "SELECT pg_catalog.pg_backend_pid()";

/// Whether each transaction of a connection through a pooler may run in another session of the server: a second connection takes one,
/// and it may be that of the first.
///
/// # Errors
/// The first connection is lost.
pub(super) async fn is_shared(driver: &mut Driver, ending: &mut Ending) -> Result<bool, DatabaseError> {
    let opened = tokio::time::timeout(PATIENCE, Driver::open(&ending.options, Missing::Refuse)).await;
    let mut other = match opened {
        Ok(Ok(other)) => other,
        // Where a pool gives each client a session and has one only, a second client waits.
        Err(_) => {
            ending.has_second = false;
            return Ok(false);
        }
        // Where a second one is refused it cannot be found out, and nothing is risked.
        Ok(Err(_)) => {
            ending.number.clear();
            ending.has_second = false;
            return Ok(true);
        }
    };
    let compared = tokio::time::timeout(PATIENCE, compare(driver, &mut other, &ending.number)).await;
    let is_shared = match compared {
        Ok(found) => found?,
        Err(_) => {
            ending.has_second = false;
            match tokio::time::timeout(PATIENCE, number(driver)).await {
                // This connection is answered while the other waits, so it does not wait for the same sessions.
                Ok(answer) => answer? != ending.number,
                Err(_) => {
                    // The other one may have the only session of the pool; if this one waits without it too, nobody is there.
                    drop(other);
                    let answer = tokio::time::timeout(PATIENCE, number(driver)).await;
                    let Ok(answer) = answer else { return Err(silent()) };
                    answer?;
                    ending.number.clear();
                    return Ok(true);
                }
            }
        }
    };
    // One that waits for a session cannot be closed in good order.
    if ending.has_second {
        other.close().await;
    }
    if is_shared {
        // The number is that of a session in which another client's statement may be running.
        ending.number.clear();
        ending.has_second = false;
    }
    Ok(is_shared)
}

fn silent() -> DatabaseError {
    DatabaseError { message: "the server does not answer".to_owned(), code: None }
}

async fn compare(driver: &mut Driver, other: &mut Driver, own: &str) -> Result<bool, DatabaseError> {
    for _ in 0..TIMES {
        // Some poolers refuse transactions altogether.
        if other.execute("BEGIN").await.is_err() {
            return Ok(true);
        }
        let there = number(other).await;
        let here = number(driver).await?;
        let is_ended = other.execute("ROLLBACK").await.is_ok();
        if here != own || !is_ended || there.is_ok_and(|there| there == own) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn number(driver: &mut Driver) -> Result<String, DatabaseError> {
    let mut rows = Rows::default();
    driver.query(NUMBER, &mut rows).await?;
    Ok(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

impl Session {
    /// Refuses a connection whose transactions may each run in another session of the server: neither a lock nor a setting holds there.
    ///
    /// # Errors
    /// It is such a connection.
    pub fn refuse_shared(&self) -> Result<()> {
        if !self.is_shared {
            return Ok(());
        }
        Err(Error::new(
            "this connection goes through a pooler that uses another session of the server for every transaction, so neither a \
             lock nor a setting holds; nothing was run",
        )
        .of(ErrorKind::Refused)
        .hint(
            "connect to the server itself, or to a pool in session mode (pgbouncer: `pool_mode = session`): `--database-url …`",
        ))
    }
}
