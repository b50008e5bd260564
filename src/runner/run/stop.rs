//! Why a migration stopped: at which statement, with which error, and what state the database is in.
//!
//! Must not know how statements are sent.

use crate::migration::Migration;
use crate::session::{DatabaseError, interrupted};
use crate::{Error, ErrorKind};
use crate::{Product, Statement};

use super::pending::first_line;
use super::statement::{FailedCheck, StatementError, counted};
use super::{Direction, patience};

/// What was being done when a migration stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// A statement was executed: its index.
    Statement(usize),
    /// Its row was written to the history before its first statement.
    Announcing,
    /// Its progress was recorded.
    Recording,
    /// Foreign keys were checked at its end.
    CheckingKeys,
    /// Its row was written to the history together with what it did.
    Finishing,
    /// A transaction was committed.
    Committing,
    /// It was recorded that it is done.
    Ending,
}

impl Stage {
    /// The words behind "failed"; those of a statement say which one it is.
    fn words(self) -> &'static str {
        match self {
            Self::Statement(_) => "at a statement",
            Self::Announcing => "before its first statement, when its row was written to the history",
            Self::Recording => "when its progress was recorded",
            Self::CheckingKeys => "when foreign keys were checked at its end",
            Self::Finishing => "when its row was written to the history",
            Self::Committing => "when it was committed",
            Self::Ending => "when its end was recorded",
        }
    }

    /// The index of the statement, if it was one.
    pub(super) fn statement(self) -> Option<usize> {
        match self {
            Self::Statement(at) => Some(at),
            Self::Announcing
            | Self::Recording
            | Self::CheckingKeys
            | Self::Finishing
            | Self::Committing
            | Self::Ending => None,
        }
    }
}

/// The error that stopped a migration, and what was being done.
pub(super) struct Stop {
    pub(super) stage: Stage,
    error: Box<dyn std::error::Error + Send + Sync>,
    /// Whether the error is an answer of the database, not a lost connection.
    pub(super) answered: bool,
    /// Whether the statement was not sent at all.
    pub(super) was_not_sent: bool,
    /// The message, if the error is only a lock timeout or a conflict with another session.
    pub(super) waited: Option<String>,
}

/// Another run executes the migration.
#[derive(Debug, thiserror::Error)]
#[error("another runner has taken this migration over")]
struct TakenOver;

impl Stop {
    pub(super) fn new(product: Product, stage: Stage, error: DatabaseError) -> Self {
        let was_not_sent = error.is_of_this_side();
        let waited = patience::has_waited(product, &error).then(|| error.message.clone());
        Self { stage, answered: error.code.is_some(), was_not_sent, error: Box::new(error), waited }
    }

    fn found(stage: Stage, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { stage, error: error.into(), answered: false, was_not_sent: false, waited: None }
    }

    pub(super) fn of(product: Product, index: usize, trouble: StatementError) -> Self {
        match trouble {
            StatementError::Database(error) => Self::new(product, Stage::Statement(index), error),
            StatementError::Function(error) => {
                let refusal = error.refusal.as_ref();
                let waited = refusal.filter(|it| patience::has_waited(product, it)).map(|it| it.message.clone());
                let answered = refusal.is_none_or(|it| it.code.is_some());
                Self { answered, waited, ..Self::found(Stage::Statement(index), error) }
            }
            StatementError::Found(finding) => Self { answered: true, ..Self::found(Stage::Statement(index), finding) },
        }
    }

    /// Foreign keys do not hold at the end.
    pub(super) fn keys(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { answered: true, ..Self::found(Stage::CheckingKeys, error) }
    }

    /// Another run executes the migration now, so this one must not write its row.
    pub(super) fn taken_over() -> Self {
        Self::found(Stage::Recording, TakenOver)
    }

    /// The database's code of the error.
    pub(super) fn code(&self) -> Option<String> {
        let error = self.error.downcast_ref::<DatabaseError>()?;
        error.code.clone().filter(|_| !error.is_of_this_side())
    }

    pub(super) fn is_taken_over(&self) -> bool {
        self.error.is::<TakenOver>()
    }

    /// Whether the database refuses the statement inside a transaction only (PostgreSQL's `active_sql_transaction`).
    pub(super) fn needs_no_transaction(&self) -> bool {
        let error = self.error.downcast_ref::<DatabaseError>();
        error.is_some_and(|error| error.code.as_deref() == Some("25001"))
    }

    /// The error: which migration, which statement, and the state the database is in now.
    pub(super) fn error(self, migration: &Migration, direction: Direction, state: &str) -> Error {
        let (verb, statements) = match direction {
            Direction::Up => ("migration", &migration.up),
            Direction::Down => ("reverting migration", &migration.down),
        };
        let (id, of) = (migration.id.to_string(), statements.len());
        let at = self.stage.statement();
        let found: Option<(usize, &Statement)> = at.and_then(|index| Some((index, statements.get(index)?)));
        let place = match found {
            Some((index, statement)) => format!("at statement {} of {of}, `{}`", index + 1, first_line(statement)),
            None => self.stage.words().to_owned(),
        };
        let check = found.filter(|_| self.error.is::<FailedCheck>()).map(|(_, statement)| statement);
        let rows = check.and_then(|check| counted(migration.product, check));
        let hint = self.error.downcast_ref().and_then(way_out).map(str::to_owned);
        let hint = hint.or(rows.map(|query| format!("these rows: `{query}`")));
        let what = if interrupted() { "was interrupted" } else { "failed" };
        let kind = match self.is_taken_over() {
            true => ErrorKind::Busy,
            false => ErrorKind::Failed { id: id.clone(), statement: at.map(|index| index + 1) },
        };
        let error = Error::new(format!("{verb} `{id}` {what} {place}; {state}")).of(kind).because(self.error);
        hint.into_iter().fold(error, Error::hint)
    }
}

/// The hint for errors that do not depend on the migration. PostgreSQL keeps a lock for every object that a transaction
/// creates or changes, and by default has room for 64 of them per connection.
fn way_out(error: &DatabaseError) -> Option<&'static str> {
    match error.code.as_deref() {
        Some("53200") if error.message.contains("shared memory") => Some(
            "these are more objects than the server has locks for in one transaction: raise its \
             `max_locks_per_transaction`, or write `-- gen: no transaction` above the statements and seal the file with \
             `gen lock`",
        ),
        Some(_) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_has_no_room_for_has_a_way_out() {
        let error =
            |code: &str, message: &str| DatabaseError { message: message.to_owned(), code: Some(code.to_owned()) };
        let hint = way_out(&error("53200", "out of shared memory")).unwrap_or_default();
        assert!(hint.contains("max_locks_per_transaction"), "{hint}");
        assert_eq!(way_out(&error("53200", "out of memory")), None);
        assert_eq!(way_out(&error("42P07", "relation \"shared memory\" already exists")), None);
    }
}
