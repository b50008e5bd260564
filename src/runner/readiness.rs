//! Whether an application may serve, judged by the history.
//!
//! Must not know a connection.

use crate::run::{self, Applicable, OnAhead, Record, State, ahead};
use crate::{ErrorKind, Product, Result};

/// Whether an application may serve.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Readiness {
    /// Every migration is applied, and what the repeatable files make is there, if not by the statements of this program.
    Ready,
    /// Migrations are being applied or reverted. On SQLite a run that was killed between two statements looks the same, until the next
    /// run goes on.
    Migrating {
        /// When the migration began, if that is known: UTC by the database's clock, `2026-11-20T20:13:00.123Z`.
        since: Option<String>,
    },
    /// Migrations are pending, or repeatable files have to be run.
    Behind {
        /// The ids of the migrations, oldest first; where none is pending, the paths of the files.
        pending: Vec<String>,
    },
    /// Migrations are applied that are newer than the program and not part of it.
    Ahead {
        /// Their ids, oldest first.
        newer: Vec<String>,
    },
    /// A migration was edited after it was applied.
    Edited {
        /// Its id.
        id: String,
    },
    /// An applied migration is not part of the program, and older than one that is.
    Missing {
        /// Its id.
        id: String,
    },
    /// A migration is partially applied or reverted, and nobody goes on with it.
    Interrupted {
        /// Its id.
        id: String,
    },
}

/// What history and migrations say; `all` are those that were squashed included. A migration that is running counts as interrupted,
/// except on SQLite, where nobody can be asked.
pub(crate) fn of(
    history: &[Record],
    all: &[Applicable<'_>],
    (on_ahead, product): (OnAhead, Product),
) -> Result<Readiness> {
    let is_file = |record: &&Record| all.iter().any(|file| file.id() == record.id);
    let files = &match (run::standing(history, all), history.iter().find(|record| !is_file(record))) {
        (Ok(files), _) => files,
        // It was squashed with others that this database does not have.
        (Err(error), Some(gone)) if *error.kind() == ErrorKind::Missing => {
            return Ok(Readiness::Missing { id: gone.id.clone() });
        }
        (Err(error), _) => return Err(error),
    };
    let newer = ahead::newer(history, files);
    let known = ahead::known(history, &newer);
    let looked_at = if on_ahead == OnAhead::Ignore { known.as_slice() } else { history };
    if let Some(record) = looked_at.iter().find(|record| !record.status.is_done()) {
        return Ok(match (product, record.status) {
            (Product::Sqlite, State::Running) => Readiness::Migrating { since: Some(record.applied_at.clone()) },
            _ => Readiness::Interrupted { id: record.id.clone() },
        });
    }
    if !newer.is_empty() && on_ahead != OnAhead::Ignore {
        return Ok(Readiness::Ahead { newer: newer.into_iter().map(|record| record.id.clone()).collect() });
    }
    for record in &known {
        match files.iter().find(|file| file.id() == record.id) {
            None => return Ok(Readiness::Missing { id: record.id.clone() }),
            Some(file) if file.checksum != record.checksum => return Ok(Readiness::Edited { id: record.id.clone() }),
            Some(_) => {}
        }
    }
    let pending: Vec<String> = match run::pending(&known, files) {
        // What removes the old shape of a change waits for the former version to go, and this one needs neither.
        Ok(pending) if run::serves(&known, &pending, all) => Vec::new(),
        Ok(pending) => pending.into_iter().map(Applicable::id).collect(),
        // One of two merged branches is applied: what is left is pending, in whichever order.
        Err(error) if *error.kind() == ErrorKind::OutOfOrder => {
            let is_left = |file: &&Applicable<'_>| !known.iter().any(|record| record.id == file.id());
            files.iter().filter(is_left).map(Applicable::id).collect()
        }
        Err(error) => return Err(error),
    };
    Ok(if pending.is_empty() { Readiness::Ready } else { Readiness::Behind { pending } })
}

/// When the running migration began.
pub(crate) fn since(history: &[Record]) -> Option<String> {
    let running = history.iter().find(|record| record.status == State::Running);
    running.map(|record| record.applied_at.clone())
}
