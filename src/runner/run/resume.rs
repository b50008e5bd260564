//! Where an interrupted migration goes on: the history says which statement was sent last, and the catalog whether it was done.
//!
//! Must not know how statements are sent.

use crate::session::{DatabaseError, Session};
use crate::{Error, ErrorKind, Result};
use crate::{Product, Statement};

use super::history::Record;
use super::journal::{self, Sent};
use super::pending::first_line;
use super::probe::{self, Finding, Probe, SessionChange, session_change};
use super::transaction_groups::transaction_groups;
use super::{Applicable, Direction};

/// Where a run begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Start {
    /// How many statements are done.
    pub(super) done: usize,
    /// The text to send for the first statement, if it is another one: a part of it was done.
    pub(super) instead: Option<String>,
    /// Statements that belong to the last one that was done, each of which may be refused.
    pub(super) after: Vec<String>,
    /// The key up to which the rows of the first statement are done.
    pub(super) key: Option<String>,
}

/// Finds out where an interrupted migration goes on, and gives this session the settings that earlier statements made.
///
/// # Errors
/// The statements that were done are not those of the file any more; it cannot be found out whether the last one was done, or its
/// session cannot be made up for; the database's refusal.
pub(super) async fn start(
    session: &mut Session,
    file: &Applicable<'_>,
    record: &Record,
    direction: Direction,
) -> Result<Start> {
    let (product, statements) = (session.product(), file.statements(direction));
    let Some(journal) = &record.journal else {
        return of_earlier_version(product, &Place { file, direction, at: record.statements }, record);
    };
    // Checks that nothing followed may be corrected.
    let done = if record.statements > journal.checks { record.statements } else { 0 };
    let place = Place { file, direction, at: done };
    if journal.done != journal::checksum(product, statements, done) && done > 0 {
        return Err(place.changed(done));
    }
    place.restore_session(session).await?;
    if let Some(setting) = &journal.setting {
        let sql = "SELECT set_config('gen.kept', $1, false)";
        session.execute_with(sql, &[Some(setting)]).await.map_err(|error| place.unreadable(error))?;
    }
    match &journal.sent {
        None => Ok(Start { done, ..Start::default() }),
        Some(sent) => Place { at: record.statements, ..place }.after(session, sent).await,
    }
}

/// An earlier version did not record which statement it sent. In one transaction with the history nothing is open.
fn of_earlier_version(product: Product, place: &Place<'_, '_>, record: &Record) -> Result<Start> {
    let statements = place.statements();
    if record.checksum != place.file.checksum {
        return Err(place.undecidable("the file was changed since an earlier version of gen executed a part of it"));
    }
    let mut groups = transaction_groups(product, statements).into_iter();
    let next = groups.find(|group| group.statements.contains(&place.at));
    let is_atomic = |transactional: bool| transactional && matches!(product, Product::Postgres | Product::Sqlite);
    let is_repeatable = statements.get(place.at).is_none_or(|it| probe::probe(product, it) == Probe::Repeatable);
    let is_open = next.is_some_and(|group| !is_atomic(group.transactional)) && !is_repeatable;
    match is_open {
        true => Err(place.undecidable("an earlier version of gen, which did not record what it sent, executed it")),
        false => Ok(Start { done: place.at, ..Start::default() }),
    }
}

/// A statement of a migration, at which it was interrupted.
pub(super) struct Place<'p, 'f> {
    pub(super) file: &'p Applicable<'f>,
    pub(super) direction: Direction,
    pub(super) at: usize,
}

impl Place<'_, '_> {
    fn statements(&self) -> &[Statement] {
        self.file.statements(self.direction)
    }

    /// Sends the settings of earlier statements again.
    async fn restore_session(&self, session: &mut Session) -> Result<()> {
        let product = session.product();
        let next = self.statements().get(self.at);
        if let Some(statement) = next.filter(|it| probe::reads_last_result(product, it)) {
            return Err(
                self.lost(&format!("the result of an earlier statement, which `{}` reads", first_line(statement)))
            );
        }
        for statement in self.statements().iter().take(self.at) {
            match session_change(product, statement) {
                SessionChange::None => {}
                SessionChange::Setting => {
                    session.execute(&statement.sql).await.map(drop).map_err(|error| {
                        let setting = first_line(statement);
                        self.interrupted(&format!("the setting `{setting}` cannot be made again in a new session"))
                            .because(error)
                    })?;
                }
                SessionChange::Lost(what, name) => {
                    let name = name.to_lowercase();
                    let mut left = self.statements().iter().skip(self.at);
                    if left.any(|statement| statement.sql.to_lowercase().contains(&name)) {
                        return Err(self.lost(what));
                    }
                }
            }
        }
        Ok(())
    }

    /// Decides about a statement that was sent.
    async fn after(&self, session: &mut Session, sent: &Sent) -> Result<Start> {
        let product = session.product();
        let own = self.statements().get(self.at);
        let is_own = own.is_some_and(|own| sent.is(product, own));
        let key = sent.key.as_ref().filter(|_| is_own);
        let from_here = || Start { done: self.at, key: key.cloned(), ..Start::default() };
        if sent.exposed && !own.is_some_and(|own| own.repeatable) {
            return Err(
                self.undecidable("its table has no transactions, so rows behind the recorded key may be changed")
            );
        }
        match (&sent.key, own) {
            (Some(_), _) if is_own => return Ok(from_here()),
            // A corrected statement would change the rows that are done once more.
            (Some(reached), Some(own)) if !own.repeatable => {
                return Err(self.undecidable(&format!("its rows up to the key {reached} are done by its former text")));
            }
            (Some(_), _) => return Ok(from_here()),
            (None, _) => {}
        }
        if own.is_some_and(|own| own.repeatable) && is_own {
            return Ok(from_here());
        }
        let former = sent.sql.as_ref().map(|sql| Statement { transactional: false, ..Statement::new(sql) });
        let Some(statement) = former.as_ref().or(own.filter(|_| is_own)) else {
            return Err(self.undecidable("the file has another statement there now"));
        };
        let objects = match probe::probe(product, statement) {
            Probe::Repeatable => return Ok(from_here()),
            Probe::Catalog(objects) => objects,
            Probe::Unknown => return Err(self.undecidable("the catalog does not show its effect")),
        };
        let Some(before) = &sent.before else {
            return Err(self.undecidable("the catalog does not show its effect"));
        };
        let now = probe::describe(session, &objects).await.map_err(|error| self.unreadable(error))?;
        match probe::compare(product, &statement.sql, before, &now) {
            Finding::NotDone => {
                let instead = probe::completion(session, statement, &objects).await;
                Ok(Start { instead: instead.map_err(|error| self.unreadable(error))?, ..from_here() })
            }
            Finding::Partly => match probe::lenient_drop(product, &statement.sql) {
                Some(instead) => Ok(Start { instead: Some(instead), ..from_here() }),
                None => Err(self.undecidable("a part of it was done")),
            },
            Finding::Done if sent.refused => Err(self.undecidable("the database refused it after it had done a part")),
            Finding::Done
                if is_own && probe::denies(session, statement).await.map_err(|error| self.unreadable(error))? =>
            {
                Err(self.undecidable("what it changes looks different now, and not as it should afterwards"))
            }
            Finding::Done if is_own => Ok(Start { done: self.at + 1, after: sent.after.clone(), ..Start::default() }),
            Finding::Done => Err(self
                .interrupted(&format!("`{}` was done, and the file has another statement there", first_line(statement)))
                .hint("restore that statement in the file: `git log -p`, then `gen lock`, and the same command again")),
        }
    }

    /// The error for a session that no other session can make up for.
    fn lost(&self, what: &str) -> Error {
        let id = &self.file.migration.id;
        self.interrupted(&format!("{what} ended with the connection, and what is left of the migration counts on it"))
            .hint("make it again in the part of the file that is not done, then `gen lock` and the same command again")
            .hint(format!("or do the rest by hand, then `gen resolve {id} --applied`"))
    }

    fn interrupted(&self, why: &str) -> Error {
        let id = &self.file.migration.id;
        let (verb, of) = match self.direction {
            Direction::Up => ("migration", self.statements().len()),
            Direction::Down => ("reverting migration", self.statements().len()),
        };
        let number = (self.at + 1).min(of);
        Error::new(format!("{verb} `{id}` was interrupted at statement {number} of {of}: {why}"))
            .of(ErrorKind::Interrupted)
    }

    fn undecidable(&self, why: &str) -> Error {
        let id = &self.file.migration.id;
        let statement = self.statements().get(self.at).map(first_line).unwrap_or_default();
        self.interrupted(&format!("it is not known whether `{statement}` was done, because {why}"))
            .hint(format!(
                "look at the database; if it was done: `gen resolve {id} --done`, then the same command again"
            ))
            .hint(format!("if it was not: `gen resolve {id} --not-done`"))
    }

    fn unreadable(&self, error: DatabaseError) -> Error {
        self.interrupted("the database does not answer what was done").of(ErrorKind::Database).because(error)
    }

    pub(super) fn changed(&self, done: usize) -> Error {
        let done = match done {
            1 => "its first statement, which is done, was".to_owned(),
            count => format!("its first {count} statements, which are done, were"),
        };
        self.interrupted(&format!("{done} changed in the file since"))
            .of(ErrorKind::Changed)
            .hint("restore them: `git log -p`; only what is not done yet can be corrected; then `gen lock`")
    }
}
