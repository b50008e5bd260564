//! A database that is ahead of its program: migrations are applied that are newer than the newest one of the program, which is an
//! older image of the same application.
//!
//! Must not know a connection.

use std::collections::BTreeSet;

use crate::migration::Migration;
use crate::reading::clause_kind::ClauseKind;
use crate::reading::{self, Feature};
use crate::{Error, ErrorKind, Product, Result, Statement, sql};

use super::{Applicable, Record, pending};

/// What a program does with a database that is ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnAhead {
    /// It stops with [`ErrorKind::Ahead`].
    #[default]
    Refuse,
    /// It reverts the newer migrations by the DOWN sections that the history keeps. A DOWN section that may remove or change rows
    /// is refused before anything runs.
    Revert,
    /// The same, with DOWN sections that may remove or change rows.
    RevertWithLosses,
    /// It works with the newer schema.
    Ignore,
}

/// The rows of migrations that are newer than every file, and are no file.
pub fn newer<'r>(history: &'r [Record], files: &[Applicable<'_>]) -> Vec<&'r Record> {
    let known: BTreeSet<&str> = files.iter().map(|file| file.migration.id.as_str()).collect();
    let newest = known.last().copied();
    let is_newer =
        |record: &&Record| newest.is_none_or(|newest| record.id.as_str() > newest) && !is_renamed(record, files);
    history.iter().filter(is_newer).collect()
}

/// The file is there under another name.
fn is_renamed(record: &Record, files: &[Applicable<'_>]) -> bool {
    files.iter().any(|file| file.checksum == record.checksum && !file.migration.up.is_empty())
}

/// The error of a program that stops.
pub fn refused(newer: &[&Record]) -> Error {
    let first = newer.first().map(|record| record.id.as_str()).unwrap_or_default();
    let message = match newer.len() {
        0 | 1 => format!("the database is ahead of this program: migration `{first}` is applied and not part of it"),
        count => format!(
            "the database is ahead of this program: migration `{first}` and {} more are applied and not part of it",
            count - 1
        ),
    };
    Error::new(message)
        .of(ErrorKind::Ahead)
        .hint("start the program that they are part of")
        .hint("or let this program revert them, or work with them: `Runner::on_ahead`")
}

/// Refuses to revert what the history keeps no DOWN section of, and, unless `losses` are allowed, what may remove or change rows.
///
/// # Errors
/// [`ErrorKind::Refused`], with the migration and the statement.
pub fn revertible(newer: &[&Record], product: Product, losses: bool) -> Result<()> {
    for record in newer {
        let own = [(*record).clone()];
        let kept = pending::kept(&own, &[], product)?;
        let Some((migration, _)) = kept.first() else {
            return Err(Error::new(format!(
                "migration `{}` cannot be reverted: the history has no DOWN section of it",
                record.id
            ))
            .of(ErrorKind::Refused)
            .hint("start the program that it is part of"));
        };
        if let Some((number, statement)) = losing(migration).filter(|_| !losses) {
            return Err(Error::new(format!(
                "reverting migration `{}` may remove rows or values: statement {number}, `{}`",
                record.id,
                sql::first_line(&statement.sql)
            ))
            .of(ErrorKind::Refused)
            .hint("start the program that it is part of")
            .hint("or allow it: `OnAhead::RevertWithLosses`"));
        }
    }
    Ok(())
}

/// The first DOWN statement that may remove or change rows, and its number from 1.
fn losing(migration: &Migration) -> Option<(usize, &Statement)> {
    let loses = |statement: &Statement| {
        let read = reading::read(migration.product, &statement.sql);
        read.unnamed().is_some()
            || read.has(&Feature::DropsDatabase)
            || read.clauses.iter().any(|clause| may_lose(clause.kind))
    };
    migration
        .down
        .iter()
        .zip(1..)
        .find(|(statement, _)| loses(statement))
        .map(|(statement, number)| (number, statement))
}

fn may_lose(kind: ClauseKind) -> bool {
    matches!(
        kind,
        ClauseKind::DropTable
            | ClauseKind::Truncate
            | ClauseKind::DropColumn
            | ClauseKind::Retype
            | ClauseKind::RetypeFromUnknown
            | ClauseKind::ConvertCharacters
            | ClauseKind::Update
            | ClauseKind::Delete
    )
}
