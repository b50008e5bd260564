//! What a migration is asked to be like.
//!
//! Must not know how it is planned.

use crate::lint::allow::Allow;
use crate::project::Format;
use crate::schema::Place;

use super::super::answers::AnswerOptions;

/// Which state a plan starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The snapshot, whatever the database is.
    Snapshot,
    /// The database, which must answer.
    Database,
}

/// What is to be migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What the entities declare and the snapshot does not have.
    Declared,
    /// Nothing: somebody will write it by hand.
    Empty,
    /// What is parked at these places goes.
    Purged(Vec<Place>),
}

/// What a migration is to be like.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its name, in any case.
    pub name: String,
    /// What is to be migrated.
    pub content: Content,
    /// Where the plan starts; `None` leaves that to how the database stands to the snapshot.
    pub start: Option<Start>,
    /// Why it is written.
    pub message: Option<String>,
    /// What is written besides its SQL file; `None` leaves that to the configuration.
    pub format: Option<Format>,
    /// Whether what nobody declares is an error.
    pub strict: bool,
    /// Whether tables and columns are parked instead of dropped.
    pub keep: bool,
    /// Whether it is written as two migrations, between which the former and the next version of a program both work.
    pub expand_contract: bool,
    /// Whether the short forms are written, which lock tables for as long as they are large.
    pub offline: bool,
    /// What may be lost.
    pub allow: Vec<Allow>,
    /// What somebody says beforehand.
    pub answers: AnswerOptions,
    /// Whether nothing is going to be written, so that nothing needs to be refused.
    pub is_rehearsal: bool,
}

impl Request {
    /// A migration of this name for what the entities declare: nothing is lost by it, and what is left open is asked.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            content: Content::Declared,
            start: None,
            message: None,
            format: None,
            strict: false,
            keep: false,
            expand_contract: false,
            offline: false,
            allow: Vec::new(),
            answers: AnswerOptions { asks: true, ..AnswerOptions::default() },
            is_rehearsal: false,
        }
    }
}
