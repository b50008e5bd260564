//! The advisory lock of the runner: one runner at a time.
//!
//! The connection that runs the statements holds it, so it cannot outlive a running statement, nor end before it. On a cluster whose
//! nodes have locks of their own, a lease stands beside it.
//!
//! Must not know what is executed under it.

use std::time::{Duration, Instant};

use crate::Product;
use crate::session::{Companion, DatabaseError, LockHolder, Session, mysql, postgres, sqlite};
use crate::{Error, ErrorKind, Result, sql};

use super::lease::{self, Lease};
use super::{Progress, ProgressCallback};

/// How long a runner waits between two tries on PostgreSQL and for a running row on SQLite.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// For how long a holder must have no client before its session may be ended: a client that is alive connects again within seconds.
const GRACE: Duration = Duration::from_secs(15);

/// SQLite's own default in sqlx, restored after the run.
const SQLITE_BUSY: Duration = Duration::from_secs(5);

/// How another runner is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// How long.
    pub limit: Duration,
    /// What is done about a runner whose client is gone.
    pub orphans: Orphans,
}

/// What is done about the session of a runner whose client is gone, and which the server has not ended, because it runs a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orphans {
    /// Its end is waited for.
    Wait,
    /// It is ended; the server rolls back the statement that it runs.
    End,
}

impl From<Duration> for Waiting {
    fn from(limit: Duration) -> Self {
        Self { limit, orphans: Orphans::Wait }
    }
}

impl Waiting {
    /// The same wait, which ends the sessions of runners whose client is gone.
    #[must_use]
    pub fn ending_orphans(self) -> Self {
        Self { orphans: Orphans::End, ..self }
    }
}

/// The lock that is held, and what shows others that its holder is alive.
pub(super) struct Lock {
    place: LockPlace,
    lease: Option<Lease>,
    companion: Option<Companion>,
}

/// The lock of a database, and the settings to restore.
enum LockPlace {
    /// PostgreSQL's advisory lock with this key.
    Postgres(String),
    /// MySQL's and MariaDB's lock by name.
    MySql(String),
    /// On SQLite every migration takes the write lock with its transaction; between them nothing is held. Foreign keys are
    /// disabled for the whole run, since that cannot be done inside a transaction, and restored afterwards.
    Sqlite { foreign_keys: bool },
}

fn refused(error: DatabaseError) -> Error {
    Error::new("the lock for migrations could not be taken").of(ErrorKind::Database).because(error)
}

/// Lets every statement wait for others where that takes the place of a lock: on SQLite a reader may have to, too.
pub(super) async fn be_patient(session: &mut Session, wait: Duration) -> Result<()> {
    match session.product() {
        Product::Sqlite => sqlite::wait_for_writers(session, wait).await.map_err(refused),
        Product::Postgres | Product::MySql | Product::MariaDb => Ok(()),
    }
}

/// Takes the lock, waiting for it.
pub(super) async fn acquire(
    session: &mut Session,
    waiting: Waiting,
    on_progress: ProgressCallback<'_>,
) -> Result<Lock> {
    if session.product() == Product::Sqlite {
        be_patient(session, waiting.limit).await?;
        let foreign_keys = sqlite::enforce_foreign_keys(session, false).await.map_err(refused)?;
        return Ok(Lock { place: LockPlace::Sqlite { foreign_keys }, lease: None, companion: None });
    }
    let place = LockPlace::of(session).await?.ok_or_else(|| {
        Error::new("the connection has no database to lock")
            .of(ErrorKind::Database)
            .hint("name the database in the URL: `mysql://user@host/database`")
    })?;
    let mut begun = Instant::now();
    let mut told: Option<bool> = None;
    let mut abandoned: Option<(String, Instant)> = None;
    // A server may roll back for long after that; a session is ended once.
    let mut ended: Option<String> = None;
    while !place.try_take(session).await.map_err(refused)? {
        let holder = place.holder(session).await;
        let now_abandoned = holder.as_ref().filter(|holder| holder.is_abandoned);
        abandoned = now_abandoned.map(|holder| match abandoned.take() {
            Some((number, since)) if number == holder.number => (number, since),
            _ => (holder.number.clone(), Instant::now()),
        });
        let is_ended = abandoned.as_ref().is_some_and(|(number, _)| ended.as_ref() == Some(number));
        let is_to_be_ended = waiting.orphans == Orphans::End && abandoned.is_some() && !is_ended;
        if let (true, Some(holder), Some((_, since))) = (is_to_be_ended, &holder, &abandoned)
            && since.elapsed() >= GRACE
        {
            end(session, holder).await?;
            on_progress(Progress::Ended { holder: &holder.words });
            (begun, ended) = (Instant::now(), Some(holder.number.clone()));
            continue;
        }
        if begun.elapsed() >= waiting.limit && !is_to_be_ended {
            let error = busy(session.product(), waiting.limit, holder.as_ref().map(words).as_deref());
            return Err(match holder {
                Some(_) if is_ended => error.hint("its session is ended, and the server rolls back what it did"),
                Some(holder) if holder.is_abandoned => error.hint("or end its session: `gen up --end-orphans`"),
                Some(_) => error.hint("if it is dead, end its session: `gen unlock --force`"),
                None => error,
            });
        }
        // Said once, and again when the client turns out to be gone.
        if told.is_none_or(|told| !told && abandoned.is_some()) {
            on_progress(Progress::Waiting { holder: holder.as_ref().map(words).as_deref() });
            told = Some(abandoned.is_some());
        }
        if matches!(place, LockPlace::Postgres(_)) {
            tokio::time::sleep(PAUSE).await;
        }
    }
    if !lease::is_needed(session).await {
        return Ok(Lock { place, lease: None, companion: None });
    }
    match lease::acquire(session, waiting, on_progress).await {
        Ok(lease) => Ok(Lock { place, lease: Some(lease), companion: None }),
        Err(error) => {
            release(session, Lock { place, lease: None, companion: None }).await;
            Err(error)
        }
    }
}

/// Releases the lock. If the connection is lost, so is the lock, so there is no error to report.
pub(super) async fn release(session: &mut Session, lock: Lock) {
    if let Some(lease) = lock.lease {
        lease::release(session, lease).await;
    }
    let _ = match lock.place {
        LockPlace::Postgres(key) => postgres::unlock(session, &key).await,
        LockPlace::MySql(name) => mysql::unlock(session, &name).await,
        LockPlace::Sqlite { foreign_keys } => {
            let _ = sqlite::wait_for_writers(session, SQLITE_BUSY).await;
            sqlite::enforce_foreign_keys(session, foreign_keys).await.map(|_| ())
        }
    };
    if let Some(companion) = lock.companion {
        session.close_companion(companion).await;
    }
}

impl Lock {
    /// Shows others that the holder is alive, from now on: whoever has nothing to do under the lock needs no second connection.
    pub(super) async fn open_companion(&mut self, session: &mut Session) {
        if self.companion.is_none() && self.lease.is_none() {
            self.companion = session.accompany().await;
        }
    }
}

impl LockPlace {
    /// The lock of the session's schema (PostgreSQL) or database; `None` on SQLite, where nothing is held between two statements, and
    /// if there is no database.
    async fn of(session: &mut Session) -> Result<Option<Self>> {
        match session.product() {
            Product::Postgres => Ok(Some(Self::Postgres(postgres::lock_key(session).await.map_err(refused)?))),
            Product::MySql | Product::MariaDb => Ok(mysql::lock_name(session).await.map_err(refused)?.map(Self::MySql)),
            Product::Sqlite => Ok(None),
        }
    }

    async fn try_take(&self, session: &mut Session) -> Result<bool, DatabaseError> {
        match self {
            Self::Postgres(key) => postgres::try_lock(session, key).await,
            Self::MySql(name) => mysql::try_lock(session, name).await,
            Self::Sqlite { .. } => Ok(true),
        }
    }

    /// The lock's holder. Missing privileges count as an unknown holder.
    async fn holder(&self, session: &mut Session) -> Option<LockHolder> {
        match self {
            Self::Postgres(key) => postgres::lock_holder(session, key).await.ok().flatten(),
            Self::MySql(name) => mysql::lock_holder(session, name).await.ok().flatten(),
            Self::Sqlite { .. } => None,
        }
    }
}

/// The holder of the lock, in words. `None` if there is none, or if it cannot be determined: on SQLite nothing is held between
/// two statements.
pub async fn holder(session: &mut Session) -> Option<String> {
    let place = LockPlace::of(session).await.ok().flatten()?;
    match place.holder(session).await {
        Some(holder) => Some(words(&holder)),
        None if lease::is_needed(session).await => lease::holder(session).await,
        None => None,
    }
}

/// Ends the session of the holder, and describes it. On another node of a cluster its session goes on, without the lease: it cannot
/// record what it does any more.
pub(super) async fn end_holder(session: &mut Session) -> Result<Option<String>> {
    let Some(place) = LockPlace::of(session).await? else { return Ok(None) };
    let holder = place.holder(session).await;
    let mut said = holder.as_ref().map(words);
    if let Some(holder) = &holder {
        end(session, holder).await?;
    }
    if lease::is_needed(session).await {
        said = said.or(lease::holder(session).await);
        lease::take_away(session).await?;
    }
    Ok(said)
}

fn words(holder: &LockHolder) -> String {
    match holder.is_abandoned {
        true => format!("{}, whose client is gone", holder.words),
        false => holder.words.clone(),
    }
}

async fn end(session: &mut Session, holder: &LockHolder) -> Result<()> {
    let LockHolder { number, words, .. } = holder;
    if session.product() == Product::MariaDb
        && let Some(statement) = mysql::running(session, number).await.map_err(refused)?
        && mysql::loses_rows_when_ended(session.product(), &statement)
    {
        let what = sql::first_line(&statement);
        return Err(Error::new(format!("MariaDB loses rows when `{what}` is ended, so it was not ended ({words})"))
            .of(ErrorKind::Busy)
            .hint("wait for it to end and try again: `gen unlock` says whether somebody still holds the lock"));
    }
    let sql = match session.product() {
        Product::Postgres => format!("SELECT pg_catalog.pg_terminate_backend({number})"),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("KILL {number}"),
    };
    session.execute(&sql).await.map(drop).map_err(|error| {
        Error::new(format!("the runner that holds the lock could not be ended ({words})"))
            .of(ErrorKind::Database)
            .hint(format!("end it as a user who may: `{sql}`"))
            .because(error)
    })
}

/// The error for a database that another runner is migrating; `holder` describes it.
pub(super) fn busy(product: Product, wait: Duration, holder: Option<&str>) -> Error {
    let said = holder.map(|words| format!(" ({words})")).unwrap_or_default();
    match product {
        Product::Sqlite => Error::new(format!("another process is writing to this database; waited {wait:?}"))
            .of(ErrorKind::Busy)
            .hint("find the process that has the file open (`fuser <file>`), wait for it, and try again"),
        Product::Postgres | Product::MySql | Product::MariaDb => {
            Error::new(format!("another runner is migrating this database{said}; waited {wait:?}"))
                .of(ErrorKind::Busy)
                .hint("wait for it to end and try again; nothing was changed")
        }
    }
}

/// Begins a transaction under the lock; on SQLite that is the lock.
pub(super) async fn begin(session: &mut Session, wait: Duration) -> Result<()> {
    session.begin().await.map_err(|error| match session.product() {
        Product::Sqlite if sqlite::is_busy(&error) => busy(Product::Sqlite, wait, None).because(error),
        _ => Error::new("a transaction could not be begun").of(ErrorKind::Database).because(error),
    })
}
