//! Interrupts the running statement on request.
//!
//! A server goes on with a statement though its client is gone, so it is asked by a second connection to end it; the first one
//! then hears of an error like any other, and whoever sent the statement says in what state things are. Must not know signals, nor
//! what is printed.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Product;

use super::driver::{Driver, Options};
use super::{DatabaseError, Missing};

/// The number of running statements, and of things to undo before the process ends.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// Whether an interrupt was requested.
static ASKED: AtomicBool = AtomicBool::new(false);
/// Whether SQLite should interrupt its statement.
static ENDS_SQLITE: AtomicBool = AtomicBool::new(false);
static CALLED: Notify = Notify::const_new();

/// How long a server may take to hear that it is to end a statement, and how long to end it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks for the end of the statement that runs, and of what is [unfinished](Unfinished). `false` where there is neither, or where it
/// was asked before: then nobody will say more.
pub fn interrupt() -> bool {
    if RUNNING.load(Ordering::SeqCst) == 0 || ASKED.swap(true, Ordering::SeqCst) {
        return false;
    }
    ENDS_SQLITE.store(true, Ordering::SeqCst);
    CALLED.notify_waiters();
    true
}

/// Whether somebody asked for the end. What puts things in order is still sent then, and nothing else.
pub fn interrupted() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Whether SQLite goes on; it asks every so many steps.
#[cfg(feature = "sqlite")]
pub(super) fn sqlite_goes_on() -> bool {
    !ENDS_SQLITE.load(Ordering::SeqCst)
}

/// How a statement of a session is ended.
pub(super) struct Ending {
    pub(super) options: Options,
    pub(super) product: Product,
    /// The session's number on its server.
    pub(super) number: String,
}

impl Ending {
    /// Asks the server, by another connection, to end what the session does.
    async fn ask(&self) -> Result<(), DatabaseError> {
        let sql = match self.product {
            Product::Postgres => format!("SELECT pg_catalog.pg_cancel_backend({})", self.number),
            Product::MySql | Product::MariaDb => format!("KILL QUERY {}", self.number),
            Product::Sqlite => return Ok(()),
        };
        let mut other = Driver::open(&self.options, Missing::Refuse).await.map_err(|error| error.error)?;
        let done = other.execute(&sql).await;
        other.close().await;
        done.map(drop)
    }
}

/// Something that is there for a while and has to be taken back: as long as the value lives, nobody ends the process at once.
#[derive(Debug)]
pub struct Unfinished(());

impl Unfinished {
    /// From now on.
    pub fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A statement that runs.
struct Statement;

impl Statement {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        ENDS_SQLITE.store(false, Ordering::SeqCst);
    }
}

/// Waits for a statement, or ends it where somebody asks for it meanwhile.
pub(super) async fn wait<T>(
    ending: &Ending,
    work: impl Future<Output = Result<T, DatabaseError>>,
) -> Result<T, DatabaseError> {
    if interrupted() {
        return work.await;
    }
    let _statement = Statement::begin();
    let (mut work, mut called) = (pin!(work), pin!(CALLED.notified()));
    called.as_mut().enable();
    // Somebody may have asked between the two lines before.
    if !interrupted() {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = called => {}
        }
    }
    let why = match tokio::time::timeout(PATIENCE, ending.ask()).await {
        Ok(Ok(())) => match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => return done,
            Err(_) => "it has not ended it yet".to_owned(),
        },
        Ok(Err(error)) => error.message,
        Err(_) => "it does not answer".to_owned(),
    };
    let message = format!("the server was asked to end the statement, and may still be running it: {why}");
    Err(DatabaseError { message, code: None })
}
