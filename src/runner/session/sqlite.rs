//! The settings of an SQLite session, and how a migration disables foreign keys.
//!
//! Must not know what the session is used for.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::session::{DatabaseError, Rows, Session};

/// Statements sent once after connecting. Foreign keys are enforced, as sqlx does by default; a migration switches them off
/// before its transaction and checks them before its end. Renaming rewrites references to the renamed object.
pub const SETTINGS: &[&str] = &["PRAGMA foreign_keys = ON", "PRAGMA legacy_alter_table = OFF"];

/// The current time as UTC text.
pub const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// Whether the error is that another process is writing. The driver returns extended codes; the low byte is the code.
pub fn is_busy(error: &DatabaseError) -> bool {
    error.code.as_deref().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// How long a statement waits for another writer. A number above SQLite's range would disable waiting.
///
/// # Errors
/// The database's refusal.
pub async fn wait_for_writers(session: &mut Session, wait: Duration) -> Result<(), DatabaseError> {
    let milliseconds = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
    session.query(&format!("PRAGMA busy_timeout = {milliseconds}")).await.map(|_| ())
}

/// A number that changes whenever another connection has written to the database.
///
/// # Errors
/// The database's refusal.
pub async fn writes(session: &mut Session) -> Result<String, DatabaseError> {
    let rows = session.query("PRAGMA data_version").await?;
    Ok(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// Switches foreign key enforcement and returns the former setting. Inside a transaction the pragma has no effect and reports
/// no error, and a rebuild would then delete every child row; so the setting is read back.
///
/// # Errors
/// The database's refusal, also when the setting did not change.
pub async fn enforce_foreign_keys(session: &mut Session, on: bool) -> Result<bool, DatabaseError> {
    let before = foreign_keys(session).await?;
    session.execute(if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" }).await?;
    if foreign_keys(session).await? != on {
        let message = "PRAGMA foreign_keys did not take effect; is a transaction open on this connection?".to_owned();
        return Err(DatabaseError { message, code: None });
    }
    Ok(before)
}

async fn foreign_keys(session: &mut Session) -> Result<bool, DatabaseError> {
    Ok(session.query("PRAGMA foreign_keys").await?.first().is_some_and(|row| row.is_true(0)))
}

/// Dangling references: rows that reference a missing row.
#[derive(Debug, Default)]
pub struct Violations(Rows);

/// Finds the rows that reference a missing row.
///
/// # Errors
/// A foreign key that cannot be checked, because the referenced columns are not unique.
pub async fn violations(session: &mut Session) -> Result<Violations, DatabaseError> {
    session.query("PRAGMA foreign_key_check").await.map(Violations)
}

impl Violations {
    /// The first violation that was not there `before`, in words. Row ids may change when a table is rebuilt, so what counts
    /// is how many rows of a table refer into nothing of another.
    pub fn new_since(&self, before: &Self) -> Option<String> {
        let mut allowed: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for row in &before.0 {
            *allowed.entry((row.text(0), row.text(2))).or_default() += 1;
        }
        self.0.iter().find_map(|row| match allowed.get_mut(&(row.text(0), row.text(2))) {
            Some(count) if *count > 0 => {
                *count -= 1;
                None
            }
            _ => {
                let which = row.get(1).map_or_else(|| "a row".to_owned(), |rowid| format!("row {rowid}"));
                Some(format!("{which} of `{}` refers to a row of `{}` that is not there", row.text(0), row.text(2)))
            }
        })
    }
}
