//! A database that is ahead of its program: migrations are applied that are newer than the newest one of the program, which is an
//! older image of the same application.
//!
//! Must not know a connection.

use std::collections::BTreeSet;

use crate::migration::Migration;
use crate::{Error, ErrorKind, Product, Result, Role, Statement, reading, sql};

use super::{Applicable, Direction, Record, pending};

/// What a program does with a database that is ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnAhead {
    /// It stops with [`ErrorKind::Ahead`].
    #[default]
    Refuse,
    /// It reverts the newer migrations by the DOWN sections that the history keeps. Refused before anything runs where a statement
    /// is not known to leave every row and value as it is.
    Revert,
    /// The same, whatever the DOWN sections remove.
    RevertWithLosses,
    /// It works with the newer schema.
    Ignore,
}

/// The rows of migrations that are newer than every file, and are no file. None where no row belongs to a file: that is the history
/// of another program.
pub fn newer<'r>(history: &'r [Record], files: &[Applicable<'_>]) -> Vec<&'r Record> {
    let known: BTreeSet<&str> = files.iter().map(|file| file.migration.id.as_str()).collect();
    let Some(newest) = known.last() else { return Vec::new() };
    if !history.iter().any(|record| known.contains(record.id.as_str())) {
        return Vec::new();
    }
    let is_renamed =
        |record: &Record| files.iter().any(|it| it.checksum == record.checksum && !it.migration.up.is_empty());
    history.iter().filter(|record| record.id.as_str() > *newest && !is_renamed(record)).collect()
}

/// The other rows.
pub fn known(history: &[Record], newer: &[&Record]) -> Vec<Record> {
    history.iter().filter(|record| !newer.contains(record)).cloned().collect()
}

/// The error of a program that does not go on.
pub fn refused(newer: &[&Record], on_ahead: OnAhead) -> Error {
    let first = newer.first().map(|record| record.id.as_str()).unwrap_or_default();
    let message = match newer.len() {
        0 | 1 => format!("the database is ahead of this program: migration `{first}` is applied and not part of it"),
        count => format!(
            "the database is ahead of this program: migration `{first}` and {} more are applied and not part of it",
            count - 1
        ),
    };
    let error = Error::new(message).of(ErrorKind::Ahead).hint("start the program that they are part of");
    match on_ahead {
        OnAhead::Refuse | OnAhead::Ignore => {
            error.hint("or let this program revert them, or work with them: `Runner::on_ahead`")
        }
        OnAhead::Revert | OnAhead::RevertWithLosses => error.hint("or let this program revert them: `Runner::up`"),
    }
}

/// Refuses to revert what is partially applied, what the history keeps no DOWN section of, and, unless `losses` are allowed, what may
/// remove or change rows or values.
///
/// # Errors
/// [`ErrorKind::Refused`] or [`ErrorKind::Interrupted`], with the migration and the statement.
pub fn revertible(newer: &[&Record], product: Product, losses: bool) -> Result<()> {
    const OTHER: &str = "start the program that it is part of";
    for record in newer {
        let id = &record.id;
        if !record.status.is_done() && record.direction == Direction::Up {
            return Err(Error::new(format!("migration `{id}` is partially applied and not part of this program"))
                .of(ErrorKind::Interrupted)
                .hint(OTHER));
        }
        let own = [(*record).clone()];
        let kept = pending::kept(&own, &[], product)?;
        let Some((migration, _)) = kept.first() else {
            return Err(Error::new(format!(
                "migration `{id}` cannot be reverted: the history has no DOWN section of it"
            ))
            .of(ErrorKind::Refused)
            .hint(OTHER));
        };
        if migration.is_squashed() {
            return Err(Error::new(format!("migration `{id}` stands for older ones too, so it is not reverted"))
                .of(ErrorKind::Refused)
                .hint(OTHER));
        }
        if let Some((number, statement)) = losing(migration).filter(|_| !losses) {
            return Err(Error::new(format!(
                "reverting migration `{id}` may remove rows or values: statement {number}, `{}`",
                sql::first_line(&statement.sql)
            ))
            .of(ErrorKind::Refused)
            .hint(OTHER)
            .hint("or allow it: `OnAhead::RevertWithLosses`"));
        }
    }
    Ok(())
}

/// The first DOWN statement that is not known to leave every row and value as it is, and its number from 1.
fn losing(migration: &Migration) -> Option<(usize, &Statement)> {
    let mut statements = migration.down.iter().zip(1..);
    let keeps_rows =
        |it: &Statement| matches!(it.role, Role::Check(_)) || reading::keeps_rows(migration.product, &it.sql);
    let found = statements.find(|(statement, _)| !keeps_rows(statement));
    found.map(|(statement, number)| (number, statement))
}
