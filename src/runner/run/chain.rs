//! Reads the log, and finds lines that were changed, removed or put in between.
//!
//! Must not know how a line is written, nor write one.

use std::collections::BTreeSet;

use crate::session::Session;
use crate::{Error, ErrorKind, Result};

use super::Direction;
use super::history::Record;
use super::log::{Details, follow, hash};
use super::table::{Table, is_of_file};

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The migration's id.
    pub id: String,
    /// What was done: the key of an [`Event`](super::Event), or of one that a newer version knows.
    pub event: String,
    /// When: UTC by the database's clock, `2026-11-20T20:13:00.123Z`.
    pub recorded_at: String,
    /// The rest of what it says; empty if that cannot be read.
    pub details: Details,
    /// The hash of the line before it; empty for the first one.
    pub previous: String,
    /// Its hash.
    pub hash: String,
    /// The text of the details, over which the hash is made.
    text: String,
}

/// A place where the log was changed, or where it does not tell what the history says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flaw {
    /// The number of the line, if it is about one.
    pub line: Option<u64>,
    /// What is wrong, as a clause.
    pub what: String,
}

/// A line that was written down elsewhere, to find out whether the log still has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its number.
    pub number: u64,
    /// Its hash, or the beginning of it.
    pub hash: String,
}

/// Reads the log, oldest line first. Needs no right but to read; without the table there is no line.
///
/// # Errors
/// The database's refusal.
pub async fn log(session: &mut Session) -> Result<Vec<Line>> {
    let table = Table::locate(session).await?;
    if !table.has_log {
        return Ok(Vec::new());
    }
    let sql =
        format!("SELECT number, id, event, recorded_at, details, previous, hash FROM {} ORDER BY number", table.log);
    let rows = session.query(&sql).await.map_err(|error| {
        Error::new(format!("the log {} could not be read", table.log)).of(ErrorKind::Database).because(error)
    })?;
    let line = |row: crate::session::Row<'_>| Line {
        number: row.text(0).parse().unwrap_or_default(),
        id: row.text(1).to_owned(),
        event: row.text(2).to_owned(),
        recorded_at: row.text(3).to_owned(),
        details: serde_json::from_str(row.text(4)).unwrap_or_default(),
        previous: row.text(5).to_owned(),
        hash: row.text(6).to_owned(),
        text: row.text(4).to_owned(),
    };
    Ok(rows.iter().map(line).collect())
}

impl Line {
    fn is_itself(&self) -> bool {
        self.hash == hash(&self.previous, self.number, [&self.id, &self.event, &self.recorded_at, &self.text])
    }
}

/// Where the chain of the lines is broken, and where they say something else than the history.
pub fn flaws(lines: &[Line], history: &[Record], anchor: Option<&Anchor>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut flaw = |line, what: String| flaws.push(Flaw { line, what });
    let (mut last, mut before) = (0, "");
    for line in lines {
        let number = line.number;
        match number - last.min(number) {
            1 => {}
            2 => flaw(Some(number - 1), format!("line {} is missing", number - 1)),
            _ => flaw(Some(last + 1), format!("lines {} to {} are missing", last + 1, number.saturating_sub(1))),
        }
        let is_next = number == last + 1;
        if !line.is_itself() {
            flaw(Some(number), format!("line {number} was changed: its hash is of another text"));
        } else if is_next && line.previous != before {
            flaw(Some(number), format!("line {number} does not follow line {last}: one of them was replaced"));
        }
        (last, before) = (number, &line.hash);
    }
    if let Some(Anchor { number, hash }) = anchor {
        match lines.iter().find(|line| line.number == *number) {
            None => flaw(Some(*number), format!("line {number} is missing, and the log ends with line {last}")),
            Some(line) if !line.hash.starts_with(hash.as_str()) => {
                flaw(Some(*number), format!("line {number} is another one than the one with the hash {hash}"));
            }
            Some(_) => {}
        }
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    for line in lines {
        follow(&mut told, (&line.id, &line.event), line.details.formerly.as_deref());
    }
    // Repeatable files have lines about every run, and no migration's row in the history.
    told.retain(|id| !is_of_file(id));
    for record in history {
        let is_half = !record.status.is_done() && record.direction == Direction::Up;
        if !told.remove(&record.id) && !is_half {
            flaw(None, format!("`{}` is {} in the history, and no line tells it", record.id, record.status));
        }
    }
    for id in told {
        flaw(None, format!("`{id}` is not in the history, and no line tells that it was removed"));
    }
    flaws
}
