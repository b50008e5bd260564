//! The log: a line for everything that was done to the history. Lines are only added, and each is chained to the one before by a
//! hash, so that a line that somebody changed or removed is found (`chain.rs`).
//!
//! A line is written in the transaction of what it tells, under the lock. Must not know how migrations are run.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::attribution::Attribution;
use crate::checksum::sha256;
use crate::session::{self, DatabaseError, Session};
use crate::{Error, ErrorKind, Result};

use super::State;
use super::lock;
use super::table::{OF_MIGRATIONS, Table, is_of_file};

/// The columns of the table.
const COLUMNS: [(&str, &str); 7] = [
    ("number", "BIGINT NOT NULL PRIMARY KEY"),
    ("id", "VARCHAR(255) NOT NULL"),
    ("event", "VARCHAR(16) NOT NULL"),
    ("recorded_at", "VARCHAR(32) NOT NULL"),
    ("details", super::table::TEXT),
    ("previous", "VARCHAR(64) NOT NULL"),
    ("hash", "VARCHAR(64) NOT NULL"),
];

/// What was done to a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It was applied.
    Applied,
    /// It was recorded without running: the schema already matched its result.
    Recognised,
    /// It was recorded without running: the history starts after it.
    Baseline,
    /// It was recorded as applied without running, because a person or SeaORM says that it is.
    Marked,
    /// It is in the history, and no line tells who recorded it: an earlier version, or somebody by hand.
    Found,
    /// It was reverted.
    Reverted,
    /// It was removed from the history without reverting it.
    Forgotten,
    /// It is not in the history any more, and no line tells who removed it.
    Lost,
    /// It got another id, by merging branches.
    Renamed,
    /// A squashed migration has taken its place in the history.
    Replaced,
    /// It failed.
    Failed,
    /// An interrupted run of it was continued.
    Resumed,
    /// A person said whether the statement was done at which it was interrupted.
    Corrected,
}

impl Event {
    pub(super) const ALL: [Self; 13] = [
        Self::Applied,
        Self::Recognised,
        Self::Baseline,
        Self::Marked,
        Self::Found,
        Self::Reverted,
        Self::Forgotten,
        Self::Lost,
        Self::Renamed,
        Self::Replaced,
        Self::Failed,
        Self::Resumed,
        Self::Corrected,
    ];

    /// The word in the log.
    pub fn key(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Recognised => "recognised",
            Self::Baseline => "baseline",
            Self::Marked => "marked",
            Self::Found => "found",
            Self::Reverted => "reverted",
            Self::Forgotten => "forgotten",
            Self::Lost => "lost",
            Self::Renamed => "renamed",
            Self::Replaced => "replaced",
            Self::Failed => "failed",
            Self::Resumed => "resumed",
            Self::Corrected => "corrected",
        }
    }

    /// Whether the migration is in the history afterwards; `None` if that is as before.
    pub(super) fn leaves(self) -> Option<bool> {
        match self {
            Self::Applied | Self::Recognised | Self::Baseline | Self::Marked | Self::Found | Self::Renamed => {
                Some(true)
            }
            Self::Reverted | Self::Forgotten | Self::Lost | Self::Replaced => Some(false),
            Self::Failed | Self::Resumed | Self::Corrected => None,
        }
    }

    /// The event of a migration that is recorded without running it.
    pub(super) fn of_record(status: State) -> Self {
        match status {
            State::Recognised => Self::Recognised,
            State::Baseline => Self::Baseline,
            State::Applied | State::Running | State::Failed => Self::Marked,
        }
    }
}

/// What a line says of an event. What is not known, or zero, is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Details {
    /// The checksum of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// How many statements were sent; those of a failed migration up to the one that failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub statements: u64,
    /// How many rows its statements inserted, updated and deleted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rows: u64,
    /// Milliseconds from its beginning to its end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub execution_ms: u64,
    /// Those of them that were spent on tries that other sessions' locks stopped, and on the pauses between tries.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
    /// Milliseconds for which the run waited for another runner, before its first migration.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lock_ms: u64,
    /// The statement that failed, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<usize>,
    /// The database's code of the error. Its message may contain values of rows, so it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The id that a renamed migration had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formerly: Option<String>,
    /// The run, as the history has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The version of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// The user of the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_user: Option<String>,
    /// Who ran it, where, and from what.
    #[serde(flatten)]
    pub by: Attribution,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Details {
    /// Its text in the log: JSON in ASCII, whatever the character set of the table is.
    fn text(&self) -> String {
        // A value of texts and numbers can always be written.
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut ascii = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter.is_ascii() {
                true => ascii.push(letter),
                false => {
                    let units = letter
                        .encode_utf16(&mut [0; 2])
                        .iter()
                        .map(|unit| format!("\\u{unit:04x}"))
                        .collect::<String>();
                    ascii.push_str(&units);
                }
            }
        }
        ascii
    }
}

/// The hash of a line: of the hash before it and of everything that it says, one a line.
pub(super) fn hash(previous: &str, number: u64, said: [&str; 4]) -> String {
    let [id, event, recorded_at, details] = said;
    sha256(&format!("{previous}\n{number}\n{id}\n{event}\n{recorded_at}\n{details}"))
}

impl Table {
    /// The statement that creates the log.
    pub(super) fn log_creation(&self) -> String {
        let columns: Vec<String> =
            COLUMNS.iter().map(|(name, data_type)| format!("{name} {}", self.data_type(data_type))).collect();
        format!("CREATE TABLE IF NOT EXISTS {} ({})", self.log, columns.join(", "))
    }

    /// The query for the time of the server, and for the number and the hash of the last line.
    pub(super) fn log_end(&self) -> String {
        format!(
            "SELECT {}, (SELECT max(number) FROM {log}), (SELECT hash FROM {log} ORDER BY number DESC LIMIT 1)",
            session::now(self.product),
            log = self.log
        )
    }

    /// The statement that writes the next line, and its values. `end` is what [`Table::log_end`] found.
    pub(super) fn log_line(
        &self,
        [now, number, previous]: [&str; 3],
        (id, event): (&str, Event),
        details: &Details,
    ) -> (String, Vec<Option<String>>) {
        let number = number.parse::<u64>().unwrap_or_default() + 1;
        let text = details.text();
        let hash = hash(previous, number, [id, event.key(), now, &text]);
        let listed: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let value: Vec<String> = (1..=5).map(|index| session::placeholder(self.product, index)).collect();
        let [of_id, of_time, of_details, of_previous, of_hash] =
            [0, 1, 2, 3, 4].map(|at| value.get(at).cloned().unwrap_or_default());
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({number}, {of_id}, '{}', {of_time}, {of_details}, {of_previous}, {of_hash})",
            self.log,
            listed.join(", "),
            event.key(),
        );
        (sql, [id, now, &text, previous, &hash].map(|value| Some(value.to_owned())).to_vec())
    }

    /// Writes a line, in the transaction of what it tells.
    pub(super) async fn append(
        &self,
        session: &mut Session,
        (id, event): (&str, Event),
        details: Details,
    ) -> Result<(), DatabaseError> {
        let details = Details {
            tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            database_user: Some(session.user().to_owned()).filter(|user| !user.is_empty()),
            by: session.attribution().clone(),
            ..details
        };
        let end = session.query(&self.log_end()).await?;
        let said = |at: usize| end.first().map(|row| row.text(at)).unwrap_or_default();
        let (sql, values) = self.log_line([said(0), said(1), said(2)], (id, event), &details);
        let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
        session.execute_with(&sql, &values).await.map(drop)
    }

    /// Writes down what others did to the history without a line: an earlier version, which knows no log, or a person.
    pub(super) async fn log_what_others_did(&self, session: &mut Session, wait: Duration, run: &str) -> Result<()> {
        if self.untold(session).await?.is_empty() {
            return Ok(());
        }
        // What was seen may have been half of what another runner wrote (SQLite).
        lock::begin(session, wait).await?;
        let written = async {
            for (id, event) in self.untold(session).await? {
                let details = Details { run: Some(run.to_owned()), ..Details::default() };
                self.append(session, (&id, event), details).await.map_err(|error| self.unwritten(error))?;
            }
            session.commit().await.map_err(|error| self.unwritten(error))
        }
        .await;
        if written.is_err() {
            let _ = session.rollback().await;
        }
        written
    }

    fn unwritten(&self, error: DatabaseError) -> Error {
        Error::new(format!("the log {} could not be written", self.log)).of(ErrorKind::Database).because(error)
    }

    /// The migrations of which history and log say different things.
    async fn untold(&self, session: &mut Session) -> Result<Vec<(String, Event)>> {
        let unreadable = |error| {
            Error::new(format!("the log {} could not be read", self.log)).of(ErrorKind::Database).because(error)
        };
        let details = format!("CASE WHEN event = '{}' THEN details END", Event::Renamed.key());
        let sql = format!("SELECT id, event, {details} FROM {} ORDER BY number", self.log);
        let mut told: BTreeSet<String> = BTreeSet::new();
        for row in &session.query(&sql).await.map_err(unreadable)? {
            let formerly = row.get(2).and_then(|text| serde_json::from_str::<Details>(text).ok()?.formerly);
            follow(&mut told, (row.text(0), row.text(1)), formerly.as_deref());
        }
        let sql = format!("SELECT id, status, direction FROM {} WHERE {OF_MIGRATIONS} ORDER BY id", self.name);
        let rows = session.query(&sql).await.map_err(unreadable)?;
        let mut untold = Vec::new();
        for row in &rows {
            let (id, is_half) = (row.text(0), matches!(row.text(1), "running" | "failed") && row.text(2) == "up");
            if !told.remove(id) && !is_half {
                untold.push((id.to_owned(), Event::Found));
            }
        }
        untold.extend(told.into_iter().map(|id| (id, Event::Lost)));
        Ok(untold)
    }
}

/// Follows which migrations are in the history, from one line to the next. Repeatable files have lines about every run, and leave the
/// history when their file goes: nobody has to say so.
pub(super) fn follow(told: &mut BTreeSet<String>, (id, event): (&str, &str), formerly: Option<&str>) {
    if is_of_file(id) {
        return;
    }
    if let Some(formerly) = formerly {
        told.remove(formerly);
    }
    match Event::ALL.iter().find(|known| known.key() == event).and_then(|event| event.leaves()) {
        Some(true) => {
            told.insert(id.to_owned());
        }
        Some(false) => {
            told.remove(id);
        }
        None => {}
    }
}

/// The name of the log that belongs to a history.
pub(super) fn table_of(history: &str) -> String {
    format!("{history}_log")
}

/// The full names of the history and, if it is there, of its log, quoted.
///
/// # Errors
/// The database's refusal.
pub async fn tables(session: &mut Session) -> Result<Vec<String>> {
    let table = Table::locate(session).await?;
    Ok(std::iter::once(table.name).chain(table.has_log.then_some(table.log)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_says_is_ascii_and_reads_back() {
        let by = Attribution { os_user: Some("Zoë 🦀".to_owned()), ..Attribution::default() };
        let details = Details { statements: 2, by, ..Details::default() };
        let text = details.text();
        assert_eq!(text, r#"{"statements":2,"os_user":"Zo\u00eb \ud83e\udd80"}"#);
        assert_eq!(serde_json::from_str::<Details>(&text).ok(), Some(details));
    }

    #[test]
    fn the_hash_of_a_line_is_documented() {
        // printf 'before\n7\n20260101_000000_a\napplied\n2026-01-01T00:00:00.000Z\n{}' | sha256sum
        let said = ["20260101_000000_a", "applied", "2026-01-01T00:00:00.000Z", "{}"];
        assert_eq!(hash("before", 7, said), "23c1cba5f50933a8769ac868c54e1e0a4c2ab1a23d585eb0b0ab0d4f7c4b5cbd");
    }
}
