//! The settings of a MySQL or MariaDB session, and its advisory lock.
//!
//! Must not know what the session is used for.

use crate::session::{DatabaseError, LockHolder, Session};
use crate::{Product, sql};

/// Statements sent once after connecting.
pub const SETTINGS: &[&str] = &[SQL_MODE, "SET NAMES utf8mb4", "SET time_zone = '+00:00'"];

/// The SQL mode decides how strings and identifiers are read, so it is pinned and the dialect's literals are written for it. It
/// refuses no view that a server with another mode has taken.
pub const SQL_MODE: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";

/// Sets the `sql_mode` for triggers, routines and events whose migration sets none: the server stores the mode with them.
pub fn mode_of_bodies(product: Product) -> String {
    format!("SET SESSION sql_mode = '{}'", sql::default_mode(product))
}

/// Settings by which the server ends a session that says nothing, in seconds: 8 hours are usual.
pub const SHORT_LIVED: &[&str] = &["wait_timeout = 600", "net_read_timeout = 60", "net_write_timeout = 60"];

/// Whether the server loses rows when the statement is cancelled or its session is ended: MariaDB 10.11 then ends copying between
/// partitions early, and goes on as if all rows were copied.
pub fn loses_rows_when_ended(product: Product, statement: &str) -> bool {
    if product != Product::MariaDb || !statement.as_bytes().windows(9).any(|it| it.eq_ignore_ascii_case(b"PARTITION")) {
        return false;
    }
    let words = sql::words(product, statement);
    let is_copied = |pair: &[sql::Token<'_>]| matches!(pair, [verb, object] if verb.is_any(&["ADD", "COALESCE", "REBUILD", "REORGANIZE"]) && object.is_word("PARTITION"));
    words.first().is_some_and(|word| word.is_word("ALTER")) && words.windows(2).any(is_copied)
}

/// The current time as UTC text.
pub const NOW: &str = "CONCAT(LEFT(DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')";

/// The lock's name. Lock names belong to the whole server, so the database's name is in it, hashed because a name may have
/// 64 characters only. `None` when the session has no database.
///
/// # Errors
/// The database's refusal.
pub async fn lock_name(session: &mut Session) -> Result<Option<String>, DatabaseError> {
    let rows = session.query("SELECT CONCAT('sea_gen_', LEFT(SHA2(LOWER(DATABASE()), 256), 40))").await?;
    Ok(rows.first().and_then(|row| row.get(0)).map(str::to_owned))
}

/// Tries to take the lock for a second. A wait without end is refused by MariaDB with NULL, which is not a lock, so nothing
/// but 1 counts.
///
/// # Errors
/// The database's refusal, NULL included.
pub async fn try_lock(session: &mut Session, name: &str) -> Result<bool, DatabaseError> {
    let rows = session.query(&format!("SELECT GET_LOCK('{name}', 1)")).await?;
    match rows.first().and_then(|row| row.get(0)) {
        Some("1") => Ok(true),
        Some(_) => Ok(false),
        None => Err(DatabaseError { message: format!("GET_LOCK('{name}', 1) gave NULL"), code: None }),
    }
}

/// Releases the lock.
///
/// # Errors
/// The connection is gone, and the lock with it.
pub async fn unlock(session: &mut Session, name: &str) -> Result<(), DatabaseError> {
    session.query(&format!("SELECT RELEASE_LOCK('{name}')")).await.map(|_| ())
}

/// The beginning of the name of the lock that a second connection holds; the number of the first one follows.
const ALIVE: &str = "sea_gen_alive_";

/// The beginning of the name of the lock by which the first connection says that there is a second one.
const ACCOMPANIED: &str = "sea_gen_accompanied_";

/// Settings of a second connection: the server finds out soon that the client is gone.
pub(super) const OF_COMPANIONS: &[&str] = &["SET SESSION wait_timeout = 60"];

/// What takes the lock of a second connection, and what marks the first one, whose number is given.
pub(super) fn companion_locks(number: &str) -> [String; 2] {
    [ALIVE, ACCOMPANIED].map(|name| format!("SELECT GET_LOCK('{name}{number}', 0)"))
}

/// What takes the mark away.
pub(super) fn without_companion(number: &str) -> String {
    format!("SELECT RELEASE_LOCK('{ACCOMPANIED}{number}')")
}

/// The connection that holds the lock.
///
/// # Errors
/// The database's refusal.
pub async fn lock_holder(session: &mut Session, name: &str) -> Result<Option<LockHolder>, DatabaseError> {
    let sql = format!(
        "SELECT l.id, CONCAT_WS(', ', CONCAT('connection ', l.id), CONCAT('user ', p.user), CONCAT('from ', p.host)), \
                COALESCE(IS_USED_LOCK(CONCAT('{ACCOMPANIED}', l.id)) = l.id, 0) \
                AND IS_USED_LOCK(CONCAT('{ALIVE}', l.id)) IS NULL \
           FROM (SELECT IS_USED_LOCK('{name}') AS id) l LEFT JOIN information_schema.processlist p ON p.id = l.id \
          WHERE l.id IS NOT NULL"
    );
    Ok(session.query(&sql).await?.first().map(|row| LockHolder {
        number: row.text(0).to_owned(),
        words: row.text(1).to_owned(),
        is_abandoned: row.is_true(2),
    }))
}

/// The statement that a connection runs, as far as it may be seen.
///
/// # Errors
/// The database's refusal.
pub async fn running(session: &mut Session, number: &str) -> Result<Option<String>, DatabaseError> {
    let sql = format!("SELECT info FROM information_schema.processlist WHERE id = {number}");
    Ok(session.query(&sql).await?.first().and_then(|row| row.get(0).map(str::to_owned)))
}

/// Sets the lock timeout for tables, in seconds.
///
/// # Errors
/// The database's refusal.
pub async fn wait_for_locks(session: &mut Session, seconds: u32) -> Result<(), DatabaseError> {
    session.execute(&format!("SET SESSION lock_wait_timeout = {seconds}")).await.map(|_| ())
}

/// Restores the server's lock timeout.
///
/// # Errors
/// The connection is gone.
pub async fn wait_as_usual(session: &mut Session) -> Result<(), DatabaseError> {
    session.execute("SET SESSION lock_wait_timeout = @@GLOBAL.lock_wait_timeout").await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_copy_rows_between_partitions_are_told_from_others() {
        for sql in [
            "ALTER TABLE reading REORGANIZE PARTITION p2, p3 INTO (PARTITION p4 VALUES LESS THAN (400))",
            "/* x */ alter online table reading add partition partitions 2",
            "ALTER TABLE `add` COALESCE PARTITION 2",
            "ALTER TABLE reading REBUILD PARTITION ALL",
        ] {
            assert!(loses_rows_when_ended(Product::MariaDb, sql), "{sql}");
            assert!(!loses_rows_when_ended(Product::MySql, sql), "{sql}");
        }
        for sql in [
            "ALTER TABLE reading PARTITION BY HASH (id) PARTITIONS 3",
            "ALTER TABLE reading DROP PARTITION p2",
            "ALTER TABLE reading ADD COLUMN partition_id int",
            "INSERT INTO note VALUES ('ADD PARTITION')",
        ] {
            assert!(!loses_rows_when_ended(Product::MariaDb, sql), "{sql}");
        }
    }
}
