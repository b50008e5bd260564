//! The settings of a PostgreSQL session, and its advisory lock.
//!
//! Must not know what the session is used for.

mod concurrent;

use crate::session::{DatabaseError, LockHolder, Session};

pub use concurrent::{Concurrent, concurrent, drop_invalid, is_concurrent};

/// Statements sent once after connecting: how strings are read, how dates and names are printed, that
/// the body of a function may name what is created after it, and that no row is hidden. A session that was
/// given no application name gets one, so that others can see who holds a lock.
pub const SETTINGS: &[&str] = &[
    "SET standard_conforming_strings = on",
    "SET client_min_messages = warning",
    "SET TIME ZONE 'UTC'",
    "SET check_function_bodies = off",
    // Rows that a policy hides are an error, not rows that are left behind.
    "SET row_security = off",
    "SELECT set_config('application_name', 'sea-gen', false) WHERE current_setting('application_name') = ''",
];

/// Settings by which the server finds out within about half a minute that the client is gone, and ends a session that says nothing. Some are unknown to older versions, or mean nothing on a socket.
pub const SHORT_LIVED: &[&str] = &[
    "tcp_keepalives_idle = 15",
    "tcp_keepalives_interval = 5",
    "tcp_keepalives_count = 3",
    "client_connection_check_interval = '5s'",
    "idle_in_transaction_session_timeout = '5min'",
    "idle_session_timeout = '10min'",
];

/// The search path of a scratch database: that of the role or of the given database names schemas it does not have.
pub const ANY_SEARCH_PATH: &str = r#"SET search_path = "$user", public"#;

/// The current time as UTC text.
pub const NOW: &str = r#"to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#;

/// The advisory lock's key in the schema `public`. Advisory locks belong to a database, so one key serves all databases.
const LOCK_KEY: i64 = i64::from_be_bytes(*b"sea_gen\0");

/// The lock's key in the session's schema: each has a history, and migrations of its own.
///
/// # Errors
/// The database's refusal.
pub async fn lock_key(session: &mut Session) -> Result<String, DatabaseError> {
    let sql = format!(
        "SELECT CASE WHEN coalesce(current_schema(), 'public') = 'public' THEN {LOCK_KEY} \
         ELSE pg_catalog.hashtextextended(current_schema()::text, {LOCK_KEY}) END"
    );
    Ok(session.query(&sql).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// Tries to take the lock. Never waits inside the server: a waiting session holds a snapshot, for which the holder's
/// `CREATE INDEX CONCURRENTLY` would wait in turn.
///
/// # Errors
/// The database's refusal.
pub async fn try_lock(session: &mut Session, key: &str) -> Result<bool, DatabaseError> {
    let rows = session.query(&format!("SELECT pg_try_advisory_lock({key})")).await?;
    Ok(rows.first().is_some_and(|row| row.is_true(0)))
}

/// Releases the lock.
///
/// # Errors
/// The connection is gone, and the lock with it.
pub async fn unlock(session: &mut Session, key: &str) -> Result<(), DatabaseError> {
    session.query(&format!("SELECT pg_advisory_unlock({key})")).await.map(|_| ())
}

/// The first key of the lock that a second connection holds; the second key is the number of the first connection.
const ALIVE: i32 = i32::from_be_bytes(*b"gena");

/// The first key of the lock by which the first connection says that there is a second one.
const ACCOMPANIED: i32 = i32::from_be_bytes(*b"genb");

/// Settings of a second connection: the server finds out soon that the client is gone.
pub(super) const OF_COMPANIONS: &[&str] = &[
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = '1min'",
];

/// What takes the lock of a second connection, and what marks the first one, whose number is given.
pub(super) fn companion_locks(number: &str) -> [String; 2] {
    [ALIVE, ACCOMPANIED].map(|key| format!("SELECT pg_try_advisory_lock({key}, {number})"))
}

/// What takes the mark away.
pub(super) fn without_companion(number: &str) -> String {
    format!("SELECT pg_advisory_unlock({ACCOMPANIED}, {number})")
}

/// The process that holds the lock.
///
/// # Errors
/// The database's refusal.
pub async fn lock_holder(session: &mut Session, key: &str) -> Result<Option<LockHolder>, DatabaseError> {
    let of_holder = |class: i32| {
        format!(
            "EXISTS (SELECT 1 FROM pg_catalog.pg_locks c WHERE c.locktype = 'advisory' AND c.granted AND c.objsubid = 2 \
              AND c.database = l.database AND c.classid::bigint = {class} AND c.objid::bigint = l.pid)"
        )
    };
    let (accompanied, alive) = (of_holder(ACCOMPANIED), of_holder(ALIVE));
    let sql = format!(
        "SELECT l.pid, concat_ws(', ', 'process ' || l.pid, 'user ' || a.usename, 'application ' || nullif(a.application_name, ''), \
                'from ' || host(a.client_addr), 'connected since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS') || ' UTC'), \
                {accompanied} AND NOT {alive} \
           FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
          WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) \
            AND (l.classid::bigint << 32) | l.objid::bigint = {key}"
    );
    Ok(session.query(&sql).await?.first().map(|row| LockHolder {
        number: row.text(0).to_owned(),
        words: row.text(1).to_owned(),
        is_abandoned: row.is_true(2),
    }))
}

/// Sets the lock timeout.
///
/// # Errors
/// The database's refusal.
pub async fn wait_for_locks(session: &mut Session, seconds: u32) -> Result<(), DatabaseError> {
    session.execute(&format!("SET lock_timeout = '{seconds}s'")).await.map(|_| ())
}

/// Restores the server's lock timeout.
///
/// # Errors
/// The connection is gone.
pub async fn wait_as_usual(session: &mut Session) -> Result<(), DatabaseError> {
    session.execute("RESET lock_timeout").await.map(|_| ())
}

/// Disables the lock timeout and returns the former one.
///
/// # Errors
/// The database's refusal.
pub async fn wait_for_ever(session: &mut Session) -> Result<String, DatabaseError> {
    let before = session.query("SELECT current_setting('lock_timeout')").await?;
    session.execute("SET lock_timeout = 0").await?;
    Ok(before.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// Restores a former lock timeout.
///
/// # Errors
/// The database's refusal.
pub async fn wait_again(session: &mut Session, timeout: &str) -> Result<(), DatabaseError> {
    session.execute(&format!("SET lock_timeout = '{}'", timeout.replace('\'', "''"))).await.map(|_| ())
}
