//! A database that is ahead of its program: migrations are applied that are newer than the newest one of the program, which is an
//! older image of the same application.
//!
//! Must not know a connection.

use std::collections::BTreeSet;

use crate::migration::Migration;
use crate::reading::clause_kind::ClauseKind;
use crate::reading::{self, Feature};
use crate::{Error, ErrorKind, Product, Result, Statement, sql};

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
    let found = statements.find(|(statement, _)| !is_harmless(migration.product, statement));
    found.map(|(statement, number)| (number, statement))
}

/// Whether a statement is known to leave every row and value as it is: a check, or one of these kinds in its plain form.
fn is_harmless(product: Product, statement: &Statement) -> bool {
    /// Statements without a clause on a table that change definitions, privileges or the session.
    const PLAIN: [&str; 7] = ["CREATE", "COMMENT", "SET", "GRANT", "REVOKE", "RESET", "SAVEPOINT"];
    const DROPPED: [&str; 9] =
        ["VIEW", "FUNCTION", "PROCEDURE", "ROUTINE", "POLICY", "RULE", "EVENT", "STATISTICS", "TYPE"];
    if matches!(statement.role, crate::Role::Check(_)) {
        return true;
    }
    let read = reading::read(product, &statement.sql);
    let is_known = read.features.iter().all(|feature| match feature {
        Feature::Drops(kind, _) => DROPPED.contains(&kind.as_str()),
        Feature::DropsDatabase | Feature::TakesPartition(..) | Feature::Cascade => false,
        _ => true,
    });
    if !is_known || read.unnamed().is_some() {
        return false;
    }
    let words = sql::words(product, &statement.sql);
    let begins = |list: &[&str]| words.first().is_some_and(|word| word.is_any(list));
    match read.clauses.as_slice() {
        [] => begins(&PLAIN) || (begins(&["DROP"]) && read.features.iter().any(|it| matches!(it, Feature::Drops(..)))),
        clauses => clauses.iter().all(|clause| keeps_rows(clause.kind)),
    }
}

fn keeps_rows(kind: ClauseKind) -> bool {
    use ClauseKind as Kind;
    matches!(
        kind,
        Kind::CreateTable
            | Kind::RenameTable
            | Kind::AddColumn
            | Kind::AddColumnVirtual
            | Kind::RenameColumn
            | Kind::SetNotNull
            | Kind::SetNotNullProven
            | Kind::DropNotNull
            | Kind::SetDefault
            | Kind::Widen
            | Kind::AppendValue
            | Kind::AddForeignKey
            | Kind::AddForeignKeyUnchecked
            | Kind::AddCheck
            | Kind::AddCheckUnchecked
            | Kind::AddExclusion
            | Kind::AddUnique
            | Kind::AddUniqueReady
            | Kind::AddsUniqueness
            | Kind::Validate
            | Kind::DropForeignKey
            | Kind::DropConstraint
            | Kind::RenameConstraint
            | Kind::CreateIndex
            | Kind::CreateIndexConcurrently
            | Kind::CreateSpecialIndex
            | Kind::DropIndex
            | Kind::DropIndexConcurrently
            | Kind::RenameIndex
            | Kind::Comment
            | Kind::CreateTrigger
            | Kind::DropTrigger
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_every_row_as_it_is_is_reverted_unasked() {
        let is_harmless = |product, sql: &str| is_harmless(product, &Statement::new(sql));
        for sql in [
            "DROP INDEX book_id",
            "DROP VIEW recent",
            "DROP TRIGGER t ON book",
            "DROP FUNCTION f(integer)",
            "ALTER TABLE book RENAME COLUMN a TO b",
            "ALTER TABLE book DROP CONSTRAINT c",
            "ALTER TABLE book ALTER COLUMN a DROP NOT NULL",
            "ALTER TABLE book ADD COLUMN a integer",
            "CREATE VIEW recent AS SELECT 1",
            "COMMENT ON TABLE book IS 'a'",
            "REVOKE SELECT ON book FROM reader",
        ] {
            assert!(is_harmless(Product::Postgres, sql), "{sql}");
        }
        for sql in [
            "DROP TABLE book",
            "ALTER TABLE book DROP COLUMN a",
            "TRUNCATE book",
            "DELETE FROM book WHERE a = 1",
            "UPDATE book SET a = 1",
            "INSERT INTO book VALUES (1)",
            "INSERT INTO book (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1",
            "ALTER TABLE book ALTER COLUMN a TYPE smallint",
            "ALTER TABLE book DETACH PARTITION p",
            "CALL p()",
            "SELECT f()",
            "DO $$ BEGIN DELETE FROM book; END $$",
            "DROP SCHEMA old CASCADE",
            "DROP TYPE mood CASCADE",
            "DROP SEQUENCE s",
            "DROP EXTENSION hstore",
            "VACUUM FULL book",
            "nobody knows this",
        ] {
            assert!(!is_harmless(Product::Postgres, sql), "{sql}");
        }
        for sql in [
            "ALTER TABLE book DROP PARTITION p",
            "ALTER TABLE book EXCHANGE PARTITION p WITH TABLE q",
            "REPLACE INTO book VALUES (1)",
            "DROP DATABASE shop",
        ] {
            assert!(!is_harmless(Product::MariaDb, sql), "{sql}");
        }
    }
}
