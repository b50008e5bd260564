//! Interrupts the running statement on request.
//!
//! A server continues a statement after its client is gone, so a second connection asks it to cancel the statement. The first
//! connection then gets an error like any other, and the sender of the statement reports the state of the database.
//!
//! Must not know signals, or what is printed.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;

use crate::Product;

use super::driver::{Driver, Options};
use super::{DatabaseError, Missing, Rows};

/// The number of running statements, and of things to undo before the process ends.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// Whether an interrupt was requested.
static ASKED: AtomicBool = AtomicBool::new(false);
/// Whether SQLite should interrupt its statement.
static ENDS_SQLITE: AtomicBool = AtomicBool::new(false);
static CALLED: Notify = Notify::const_new();

/// How long a server may take to receive the request to cancel a statement, and how long to cancel it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Requests the end of the running statement, and of [unfinished](Unfinished) work. `false` if there is neither, or if it was
/// requested before: then no error will be reported.
pub fn interrupt() -> bool {
    if RUNNING.load(Ordering::SeqCst) == 0 || ASKED.swap(true, Ordering::SeqCst) {
        return false;
    }
    ENDS_SQLITE.store(true, Ordering::SeqCst);
    CALLED.notify_waiters();
    true
}

/// Whether an interrupt was requested. After that only statements that clean up are sent.
pub fn interrupted() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Whether SQLite continues its statement; its progress handler asks.
#[cfg(feature = "sqlite")]
pub(super) fn sqlite_goes_on() -> bool {
    !ENDS_SQLITE.load(Ordering::SeqCst)
}

/// How long a statement runs before the server is asked whether its session still exists, and between two such questions.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// What distinguishes a server from others, in SQL.
pub(super) const PG_SERVER: &str = "pg_catalog.pg_postmaster_start_time()::text";
/// The same on MySQL and MariaDB.
pub(super) const MYSQL_SERVER: &str = "CONCAT(@@hostname, ' ', @@port, ' ', @@server_id)";

/// What is known of a session whose statement has not been answered for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pulse {
    /// The session exists.
    Alive,
    /// The server does not know the session any more.
    Gone,
    /// Nobody answers.
    Silent,
    /// The server is there, and does not say.
    Unknown,
}

/// Why a session was given up, if it was. The connection beside it may give it up, too.
pub(super) type GivenUp = Arc<OnceLock<&'static str>>;

/// How a statement of a session is ended.
pub(super) struct Ending {
    pub(super) options: Options,
    pub(super) product: Product,
    /// The session's number on its server; empty if a pooler uses another one for every transaction.
    pub(super) number: String,
    /// What distinguishes that server from others behind the same address.
    pub(super) server: String,
    /// Whether a second connection can be had: a pool may have one session only.
    pub(super) has_second: bool,
    /// Why the session was given up, if it was: nothing is sent on it any more.
    pub(super) given_up: GivenUp,
}

impl Ending {
    /// Whether the session still exists, asked over another connection: a dead network would be waited for for ever.
    async fn pulse(&self) -> Pulse {
        let sql = match self.product {
            Product::Postgres => {
                format!("SELECT count(*), {PG_SERVER} FROM pg_catalog.pg_stat_activity WHERE pid = {}", self.number)
            }
            Product::MySql | Product::MariaDb => {
                format!(
                    "SELECT count(*), {MYSQL_SERVER} FROM information_schema.processlist WHERE id = {}",
                    self.number
                )
            }
            Product::Sqlite => return Pulse::Unknown,
        };
        if !self.has_second {
            return Pulse::Unknown;
        }
        let asking = async {
            let mut other = match Driver::open(&self.options, Missing::Refuse).await {
                Ok(other) => other,
                // A server that refuses the connection is there.
                Err(refusal) if refusal.error.code.is_some() => return Pulse::Unknown,
                Err(_) => return Pulse::Silent,
            };
            let mut rows = Rows::default();
            let answer = other.query(&sql, &mut rows).await;
            other.close().await;
            match answer {
                // Behind a balancer another server may answer.
                Ok(()) if rows.first().is_none_or(|row| row.text(1) != self.server) => Pulse::Unknown,
                Ok(()) if rows.first().is_some_and(|row| row.text(0) == "0") => Pulse::Gone,
                Ok(()) => Pulse::Alive,
                Err(error) if error.code.is_some() => Pulse::Unknown,
                Err(_) => Pulse::Silent,
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or(Pulse::Silent)
    }

    /// Asks the server, over another connection, to cancel the statement of the session.
    async fn ask(&self) -> Result<(), DatabaseError> {
        if self.number.is_empty() && self.product != Product::Sqlite {
            let message = "a pooler does not say which session runs it".to_owned();
            return Err(DatabaseError { message, code: None });
        }
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

/// A temporary change that has to be undone: while the value lives, an interrupt does not end the process at once.
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

/// What an interrupt does to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnInterrupt {
    /// The server is asked to cancel it.
    Cancel,
    /// It is finished.
    Finish,
}

/// Waits for a statement, or cancels it when an interrupt is requested.
pub(super) async fn wait<T>(
    ending: &Ending,
    work: impl Future<Output = Result<T, DatabaseError>>,
) -> Result<T, DatabaseError> {
    wait_or(ending, OnInterrupt::Cancel, work).await
}

/// Waits for a statement, with a choice of what an interrupt does to it.
pub(super) async fn wait_or<T>(
    ending: &Ending,
    on_interrupt: OnInterrupt,
    work: impl Future<Output = Result<T, DatabaseError>>,
) -> Result<T, DatabaseError> {
    if let Some(why) = ending.given_up.get() {
        return Err(DatabaseError { message: format!("the session was given up: {why}"), code: None });
    }
    // After an interrupt only statements that clean up are sent.
    let can_be_cancelled = on_interrupt == OnInterrupt::Cancel && !interrupted();
    let _statement = Statement::begin();
    let (mut work, mut called) = (pin!(work), pin!(CALLED.notified()));
    called.as_mut().enable();
    let mut unanswered = 0;
    // An interrupt may have been requested before the line above.
    while !(can_be_cancelled && interrupted()) {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = &mut called, if can_be_cancelled => break,
            () = tokio::time::sleep(HEARTBEAT), if ending.product != Product::Sqlite => {}
        }
        let pulse = tokio::select! {
            biased;
            done = &mut work => return done,
            () = &mut called, if can_be_cancelled => break,
            pulse = ending.pulse() => pulse,
        };
        unanswered = match pulse {
            Pulse::Alive | Pulse::Unknown => 0,
            Pulse::Gone | Pulse::Silent => unanswered + 1,
        };
        if unanswered == 2 {
            let _ = ending.given_up.set("its server has not answered for a while");
            let what = match pulse {
                Pulse::Gone => "the server has ended this session",
                Pulse::Alive | Pulse::Unknown | Pulse::Silent => "the server has not been heard of for a while",
            };
            let message = format!("{what}; whether the statement was done is not known");
            return Err(DatabaseError { message, code: None });
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
