//! Which migrations to run, and whether history and files allow it: every check before anything runs.
//!
//! Must not know a connection.

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::{self, Migration, MigrationId};
use crate::{Error, ErrorKind, Result};
use crate::{Product, Role, Statement, sql};

use super::transaction_groups::own_transactions;
use super::{Applicable, Direction, Record, State, Target};

/// Whether a migration may run although a newer one is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// It is refused.
    #[default]
    Strict,
    /// It runs, oldest first.
    Any,
}

/// The migrations that are not applied, oldest first. A file not newer than a baseline counts as covered by it.
///
/// # Errors
/// History and files contradict each other: a migration is half done, the file of an applied one is missing or was changed,
/// or a file not applied is older than the newest applied one.
pub fn pending<'a, 'm>(history: &[Record], files: &'a [Applicable<'m>]) -> Result<Vec<&'a Applicable<'m>>> {
    refuse_half_done(history)?;
    pending_in(history, files, Order::Strict, None)
}

/// `begun` is the id of a partially applied migration, which goes on wherever it stands.
fn pending_in<'a, 'm>(
    history: &[Record],
    files: &'a [Applicable<'m>],
    order: Order,
    begun: Option<&str>,
) -> Result<Vec<&'a Applicable<'m>>> {
    let by_id = by_id(files);
    for record in history {
        file_of(record, &by_id)?;
    }
    let recorded: BTreeSet<&str> = history.iter().map(|record| record.id.as_str()).collect();
    let baseline =
        history.iter().filter(|record| record.status == State::Baseline).map(|record| record.id.as_str()).max();
    let mut pending: Vec<&Applicable<'m>> = Vec::new();
    for file in files {
        let id = file.migration.id.as_str();
        if recorded.contains(id) || baseline.is_some_and(|baseline| id < baseline) {
            continue;
        }
        let newer = || recorded.iter().rev().take_while(|newer| id < **newer);
        if order == Order::Strict
            && begun != Some(id)
            && let Some(newest) = newer().find(|newer| !is_in_any_order(file.migration, newer, &by_id))
        {
            return Err(Error::new(format!("migration `{id}` is out of order: the newer `{newest}` is already applied"))
                .of(ErrorKind::OutOfOrder)
                .hint(format!("give the file a newer id so that it runs after `{newest}`: rename it, then `gen up`"))
                .hint(format!("or revert what is newer, and apply everything in order: `gen down` until `{newest}` is gone, then `gen up`"))
                .hint("or apply it now, if it does not depend on what is newer: `gen up --out-of-order`, with `--dry-run` to see it first"));
        }
        pending.push(file);
    }
    pending.sort_by(|left, right| left.migration.id.cmp(&right.migration.id));
    // A branch that is applied already is followed by the other one in any order.
    if order == Order::Strict {
        refuse_fork(files, &pending)?;
    }
    Ok(pending)
}

/// Whether merging branches has shown that a migration leads to the same schema before and after another one.
fn is_in_any_order(migration: &Migration, other: &str, files: &BTreeMap<&str, &Applicable<'_>>) -> bool {
    let names = |one: &Migration, other: &str| one.merged.any_order.iter().any(|id| id.as_str() == other);
    names(migration, other) || files.get(other).is_some_and(|other| names(other.migration, migration.id.as_str()))
}

/// A migration to run, and the row of an earlier run that did not complete it.
pub(super) struct Task<'a, 'm> {
    pub(super) file: &'a Applicable<'m>,
    pub(super) unfinished: Option<Record>,
}

impl<'a, 'm> Task<'a, 'm> {
    pub(super) fn of(file: &'a Applicable<'m>, history: &[Record]) -> Self {
        let unfinished =
            history.iter().find(|record| !record.status.is_done() && record.id == file.migration.id.as_str());
        Self { file, unfinished: unfinished.cloned() }
    }
}

/// The migrations that are not applied, and the one that is partially applied, oldest first.
///
/// # Errors
/// Those of [`pending`], except that a migration is partially applied.
pub(super) fn remaining<'a, 'm>(
    history: &[Record],
    files: &'a [Applicable<'m>],
    order: Order,
) -> Result<Vec<Task<'a, 'm>>> {
    let by_id = by_id(files);
    for record in history.iter().filter(|record| !record.status.is_done()) {
        file_there(record, &by_id)?;
    }
    let done: Vec<Record> = history.iter().filter(|record| record.status.is_done()).cloned().collect();
    let begun = history.iter().find(|record| !record.status.is_done()).map(|record| record.id.as_str());
    Ok(pending_in(&done, files, order, begun)?.into_iter().map(|file| Task::of(file, history)).collect())
}

/// The migrations that are partially reverted.
pub(super) fn half_reverted(history: &[Record]) -> impl Iterator<Item = &Record> {
    history.iter().filter(|record| !record.status.is_done() && record.direction == Direction::Down)
}

/// Refuses migrations of two merged branches that start from the same schema: when the second one runs, that schema no longer
/// exists. A start that no migration leads to is accepted: it may be the same schema with other expression text.
fn refuse_fork(files: &[Applicable<'_>], pending: &[&Applicable<'_>]) -> Result<()> {
    let Some(first) = pending.first().map(|file| &file.migration.id) else { return Ok(()) };
    let mut sorted: Vec<&Migration> = files.iter().map(|file| file.migration).collect();
    sorted.sort_by(|left, right| left.id.cmp(&right.id));
    // Each schema that is left, with the migration that leaves it.
    let mut left: BTreeMap<&str, &MigrationId> = BTreeMap::new();
    let mut before: Option<&Migration> = None;
    for migration in sorted {
        let (from, at) = (migration.from.as_deref(), before.and_then(|before| before.to.as_deref()));
        if let (Some(from), Some(at), Some(before)) = (from, at, before)
            && from != at
            && migration.id >= *first
            && let Some(other) = left.get(from)
        {
            let (id, last) = (&migration.id, &before.id);
            return Err(Error::new(format!(
                "migration `{id}` does not follow `{last}`: it starts from the schema that `{other}` starts from"
            ))
            .of(ErrorKind::OutOfOrder)
            .hint("if branches were merged: `gen merge`")
            .hint(format!(
                "`gen verify {id}` finds out what it starts from and leads to now, where a scratch database can be had"
            ))
            .hint("or delete its file, then `gen lock` and `gen migration` make it again from where the others lead"));
        }
        left.extend(from.map(|from| (from, &migration.id)));
        before = Some(migration);
    }
    Ok(())
}

/// The migrations `up` runs to reach the target, oldest first.
///
/// # Errors
/// Those of [`pending`]; a target that is not there.
pub fn to_apply<'a, 'm>(
    history: &[Record],
    files: &'a [Applicable<'m>],
    (target, order): (&Target, Order),
    product: Product,
) -> Result<Vec<&'a Applicable<'m>>> {
    let mut wanted: Vec<_> = remaining(history, files, order)?.into_iter().map(|task| task.file).collect();
    match target {
        Target::All => {}
        Target::Count(count) => wanted.truncate(*count),
        Target::Id(id) => {
            if !files.iter().any(|file| file.id() == *id) {
                return Err(Error::new(format!("there is no migration `{id}`"))
                    .of(ErrorKind::Refused)
                    .hint("`gen status` lists them"));
            }
            let is_known = history.iter().map(|record| &record.id).any(|known| known == id);
            if !is_known && !wanted.iter().any(|file| file.id() == *id) {
                return Err(Error::new(format!("migration `{id}` is older than the baseline, so it never runs here"))
                    .of(ErrorKind::Refused));
            }
            wanted.retain(|file| file.id() <= *id);
        }
    }
    for file in &wanted {
        runnable(file, Direction::Up, product)?;
    }
    Ok(wanted)
}

/// The migrations `down` reverts to reach the target, newest first.
///
/// # Errors
/// A migration that cannot be reverted, or a target that is not applied.
pub fn to_revert<'a, 'm>(
    history: &[Record],
    files: &'a [Applicable<'m>],
    target: &Target,
    product: Product,
) -> Result<Vec<&'a Applicable<'m>>> {
    if let Some(record) = history.iter().find(|record| !record.status.is_done() && record.direction == Direction::Up) {
        return Err(half_done(record));
    }
    let newest_first = || history.iter().rev();
    let records: Vec<&Record> = match target {
        Target::All => newest_first().collect(),
        Target::Count(count) => newest_first().take(*count).collect(),
        Target::Id(id) if history.iter().any(|record| record.id == *id) => {
            newest_first().take_while(|record| record.id > *id).collect()
        }
        Target::Id(id) => {
            return Err(Error::new(format!("migration `{id}` is not applied, so there is no going back to it"))
                .of(ErrorKind::Refused)
                .hint("`gen status` lists what is applied"));
        }
    };
    let by_id = by_id(files);
    let mut wanted = Vec::new();
    for record in records {
        let file = if record.status.is_done() { file_of(record, &by_id)? } else { file_there(record, &by_id)? };
        if record.status == State::Baseline {
            return Err(Error::new(format!(
                "migration `{}` is the baseline: it never ran here, and reverting it would drop what was there before",
                record.id
            ))
            .of(ErrorKind::Refused)
            .hint(format!("name the baseline as the place to stop: `gen down {}`", record.id)));
        }
        if file.migration.down.is_empty() && !file.migration.up.is_empty() {
            return Err(Error::new(format!("migration `{}` cannot be reverted: its DOWN section is empty", record.id))
                .of(ErrorKind::Refused)
                .hint("write a new migration that undoes it: `gen migration --empty <Name>`"));
        }
        if record.status.is_done() {
            refuse_without_partners(file, history, &by_id)?;
        }
        if record.status == State::Recognised && matches!(target, Target::Count(_)) && file.migration.is_squashed() {
            return Err(Error::new(format!(
                "migration `{}` stands for {} migrations that were applied here, and reverting it reverts all of them",
                record.id,
                file.migration.merged.replaces.len()
            ))
            .of(ErrorKind::Refused)
            .hint("if that is meant, on a database for development: `gen reset`")
            .hint("or write a migration that changes back what is to go: `gen migration <Name>`"));
        }
        runnable(file, Direction::Down, product)?;
        wanted.push(file);
    }
    Ok(wanted)
}

/// Refuses to revert a migration that was put behind others before these are applied: its DOWN section was written for the schema that
/// they lead to.
fn refuse_without_partners(
    file: &Applicable<'_>,
    history: &[Record],
    files: &BTreeMap<&str, &Applicable<'_>>,
) -> Result<()> {
    let baseline = history.iter().filter(|record| record.status == State::Baseline).map(|record| &record.id).max();
    let is_missing = |other: &&MigrationId| {
        let id = other.as_str();
        **other < file.migration.id
            && files.contains_key(id)
            && baseline.is_none_or(|baseline| id >= baseline.as_str())
            && !history.iter().any(|record| record.id == id && record.status.is_done())
    };
    let Some(missing) = file.migration.merged.any_order.iter().find(is_missing) else { return Ok(()) };
    Err(Error::new(format!(
        "migration `{}` was merged behind `{missing}`, which is not applied here, and its DOWN section is written for the schema with both",
        file.id()
    ))
    .of(ErrorKind::Refused)
    .hint("apply what is missing first: `gen up`"))
}

/// The migrations that are applied and have no file any more, with the DOWN sections that the history keeps, and their checksums.
///
/// # Errors
/// A DOWN section that cannot be parsed.
pub fn kept(history: &[Record], files: &[Applicable<'_>], product: Product) -> Result<Vec<(Migration, String)>> {
    let by_id = by_id(files);
    let mut found = Vec::new();
    for record in history.iter().filter(|record| !by_id.contains_key(record.id.as_str())) {
        let Some(down) = &record.down else { continue };
        let migration = migration::parse(record.id.parse()?, product, down).map_err(|error| {
            Error::new(format!("the DOWN section of `{}` in the history cannot be parsed", record.id)).because(error)
        })?;
        found.push((migration, record.checksum.clone()));
    }
    Ok(found)
}

/// A partially applied migration stops everything but the run that goes on with it.
fn refuse_half_done(history: &[Record]) -> Result<()> {
    match history.iter().find(|record| !record.status.is_done()) {
        Some(record) => Err(half_done(record)),
        None => Ok(()),
    }
}

fn half_done(record: &Record) -> Error {
    let (id, count) = (&record.id, record.statements);
    let (way, command) = match record.direction {
        Direction::Up => ("applied", "gen up"),
        Direction::Down => ("reverted", "gen down"),
    };
    let how = match record.status {
        State::Running => "a previous run was interrupted (no result recorded)",
        State::Failed | State::Applied | State::Recognised | State::Baseline => "a statement failed",
    };
    Error::new(format!(
        "migration `{id}` is partially {way}: {how}, {count} of its statements {} done ({})",
        if count == 1 { "is" } else { "are" },
        record.applied_at
    ))
    .of(ErrorKind::Interrupted)
    .hint(format!("`{command}` goes on from there"))
}

fn by_id<'a, 'm>(files: &'a [Applicable<'m>]) -> BTreeMap<&'a str, &'a Applicable<'m>> {
    files.iter().map(|file| (file.migration.id.as_str(), file)).collect()
}

/// The file of a record.
fn file_there<'a, 'm>(record: &Record, files: &BTreeMap<&'a str, &'a Applicable<'m>>) -> Result<&'a Applicable<'m>> {
    let id = &record.id;
    files.get(id.as_str()).copied().ok_or_else(|| {
        Error::new(format!("the file of migration `{id}` is missing, and the migration is {} here", record.status))
            .of(ErrorKind::Missing)
            .hint(format!(
                "find the commit that removed it: `git log --all --diff-filter=D -- '*{id}*'`, then restore it"
            ))
            .hint("if it is on another branch, merge that branch first")
    })
}

/// The unchanged file of a record.
fn file_of<'a, 'm>(record: &Record, files: &BTreeMap<&'a str, &'a Applicable<'m>>) -> Result<&'a Applicable<'m>> {
    let id = &record.id;
    let namesake = files.values().find(|file| file.checksum == record.checksum && !file.migration.up.is_empty());
    if let (None, Some(renamed)) = (files.get(id.as_str()), namesake) {
        let now = renamed.id();
        return Err(Error::new(format!(
            "migration `{id}` is {} here, and its file is now called `{now}`",
            record.status
        ))
        .of(ErrorKind::Missing)
        .hint("if branches were merged elsewhere since, merge that branch first")
        .hint(format!("a migration keeps its name: rename the file `{now}.sql` to `{id}.sql`, then `gen lock`")));
    }
    let file = file_there(record, files)?;
    if file.checksum != record.checksum {
        return Err(Error::new(format!(
            "the file of migration `{id}` was changed after it was {} at {}",
            record.status, record.applied_at
        ))
        .of(ErrorKind::Changed)
        .hint(format!("see what changed: `git log -p -- '*{id}*'`, and restore it: `git checkout <commit> -- <file>`"))
        .hint("put new statements in a new migration: `gen migration <Name>`")
        .hint(format!("or, if the new text leads to the same, record it here: `gen resolve {id} --applied`")));
    }
    Ok(file)
}

/// What makes a file unfit for this database and this runner.
fn runnable(file: &Applicable<'_>, direction: Direction, product: Product) -> Result<()> {
    let id = file.id();
    if file.migration.product != product {
        return Err(Error::new(format!(
            "migration `{id}` is written for {}, and this database is {product}",
            file.migration.product
        ))
        .of(ErrorKind::Refused)
        .hint("point `DATABASE_URL` at the right database, or choose the folder of this dialect"));
    }
    let statements = file.statements(direction);
    // On MySQL and MariaDB every statement is committed by itself, and the file may change rows in its own transaction.
    if matches!(product, Product::MySql | Product::MariaDb) {
        let locks = |statement: &Statement| {
            let words = sql::words(product, &statement.sql);
            matches!(words.as_slice(), [first, second, ..] if first.is_word("LOCK") && second.is_any(&["TABLE", "TABLES"]))
        };
        let own = own_transactions(product, statements);
        let in_batches = |index: &usize| {
            statements.get(*index).is_some_and(|it| matches!(it.role, Role::Rust { batches: true, .. }))
        };
        if let Some(index) = own.into_iter().find(in_batches) {
            return Err(Error::new(format!(
                "statement {} of migration `{id}` calls a function in batches inside a transaction of the file, which its own would commit",
                index + 1
            ))
            .of(ErrorKind::Refused)
            .hint("remove the transaction, or `batches`"));
        }
        return match statements.iter().position(locks) {
            Some(index) => Err(Error::new(format!(
                "statement {} of migration `{id}` is `{}`, and nothing could be recorded while only those tables are locked",
                index + 1,
                statements.get(index).map(first_line).unwrap_or_default()
            ))
            .of(ErrorKind::Refused)
            .hint("remove it and its UNLOCK TABLES: a statement that changes a table locks it")),
            None => Ok(()),
        };
    }
    match statements.iter().position(|statement| controls_transaction(&statement.sql)) {
        Some(index) => Err(Error::new(format!(
            "statement {} of migration `{id}` is `{}`, but transactions are the runner's",
            index + 1,
            statements.get(index).map(first_line).unwrap_or_default()
        ))
        .of(ErrorKind::Refused)
        .hint("remove it: every migration already runs in a transaction of its own")),
        None => Ok(()),
    }
}

/// Whether the statement begins or ends a transaction. Savepoints do not.
pub(super) fn controls_transaction(sql: &str) -> bool {
    let mut words = sql.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    let rest: Vec<String> = words.take(2).map(str::to_ascii_uppercase).collect();
    let second = rest.first().map(String::as_str).unwrap_or_default();
    match first.as_str() {
        "BEGIN" | "COMMIT" | "END" | "ABORT" => true,
        "ROLLBACK" => !rest.iter().any(|word| word == "TO"),
        "START" | "PREPARE" => second == "TRANSACTION",
        _ => false,
    }
}

/// The first line of a statement, to name it by.
pub(super) fn first_line(statement: &Statement) -> String {
    sql::first_line(&statement.sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_control_is_recognised_and_savepoints_are_not() {
        for sql in ["BEGIN", "begin immediate", "COMMIT AND CHAIN", "ROLLBACK", "START TRANSACTION", "END"] {
            assert!(controls_transaction(sql), "{sql}");
        }
        for sql in [
            "ROLLBACK TO SAVEPOINT x",
            "ROLLBACK WORK TO x",
            "SAVEPOINT x",
            "PREPARE p AS SELECT 1",
            "CREATE TABLE begin (x int)",
        ] {
            assert!(!controls_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn a_statement_is_named_by_its_first_line() {
        assert_eq!(first_line(&Statement::new("SELECT 1")), "SELECT 1");
        assert_eq!(first_line(&Statement::new("CREATE TABLE t (\n  id int\n)")), "CREATE TABLE t ( …");
        assert_eq!(first_line(&Statement::new("é".repeat(121))), format!("{}…", "é".repeat(120)));
    }
}
