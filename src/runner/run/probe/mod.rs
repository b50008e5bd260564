//! Finds out whether a statement outside a transaction was done: after a crash the catalog decides.
//!
//! A statement that changes the catalog is done or not done as a whole, so the objects it names look different afterwards. Their
//! description is recorded before the statement is sent, and compared after a crash. A statement that no description shows must
//! be one that may be sent twice. Must not know the history, or who asks.

mod mysql;
mod postgres;
mod session;
mod sqlite;

use std::collections::BTreeMap;

use crate::checksum::sha256;
use crate::reading::{Cursor, words};
use crate::session::{DatabaseError, Session};
use crate::{Product, Role, Statement, sql};

use super::transaction_groups::{own_transactions, transaction_groups};

pub use session::changes_session;
pub(super) use session::{SessionChange, session_change};

/// How it can be found out whether a statement was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// It need not be found out: sending the statement twice does no more than sending it once.
    Repeatable,
    /// The catalog describes these objects differently afterwards.
    Catalog(Vec<Object>),
    /// It cannot be found out.
    Unknown,
}

/// An object of the catalog: its kind as a keyword, and its name, qualified if the statement qualifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    kind: &'static str,
    name: String,
}

impl Object {
    fn key(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

/// The descriptions of objects, by kind and name: a checksum, empty for an object that does not exist.
pub(super) type Descriptions = BTreeMap<String, String>;

/// How a statement is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum Enclosure {
    /// In one transaction with its neighbours.
    Shared,
    /// In a transaction of its own, together with the history.
    Own,
    /// In no transaction.
    None,
}

/// The probe of a statement that is sent outside a transaction.
pub(super) fn probe(product: Product, statement: &Statement) -> Probe {
    match statement.role {
        // A batch that was done finds nothing left to do.
        Role::Check(_) | Role::Batches | Role::BatchesBy(_) | Role::Rust { batches: true, .. } => {
            return Probe::Repeatable;
        }
        Role::Rust { batches: false, .. } => return Probe::Unknown,
        Role::Change if statement.repeatable => return Probe::Repeatable,
        Role::Change => {}
    }
    let Some(words) = words(product, &statement.sql) else { return Probe::Unknown };
    let cursor = Cursor::new(&words);
    match product {
        Product::Postgres => postgres::probe(cursor),
        Product::MySql | Product::MariaDb => mysql::probe(cursor),
        Product::Sqlite => sqlite::probe(cursor),
    }
}

/// How a statement that need not share a transaction is committed.
pub(super) fn enclosure(product: Product, statement: &Statement) -> Enclosure {
    match statement.role {
        Role::Batches | Role::BatchesBy(_) | Role::Check(_) | Role::Rust { batches: true, .. } => {
            return Enclosure::None;
        }
        Role::Rust { batches: false, .. } => return Enclosure::Own,
        Role::Change => {}
    }
    let Some(words) = words(product, &statement.sql) else { return Enclosure::None };
    let cursor = Cursor::new(&words);
    let is_alone = match product {
        Product::Postgres => postgres::is_alone(cursor),
        Product::MySql | Product::MariaDb => !mysql::changes_rows(cursor),
        Product::Sqlite => sqlite::is_alone(cursor),
    };
    if is_alone { Enclosure::None } else { Enclosure::Own }
}

/// Describes objects as the catalog has them now.
///
/// # Errors
/// The database's refusal.
pub(super) async fn describe(session: &mut Session, objects: &[Object]) -> Result<Descriptions, DatabaseError> {
    let mut found = Descriptions::new();
    for object in objects {
        let text = match session.product() {
            Product::Postgres => postgres::describe(session, object).await?,
            Product::MySql | Product::MariaDb => mysql::describe(session, object).await?,
            Product::Sqlite => String::new(),
        };
        let description = if text.is_empty() { text } else { sha256(&text) };
        found.insert(object.key(), description);
    }
    Ok(found)
}

/// Whether descriptions before a statement let it be found out whether it was done: where tables only exchange their names, the
/// same names exist afterwards.
pub(super) fn is_telling(product: Product, sql: &str, before: &Descriptions) -> bool {
    match product {
        Product::MySql | Product::MariaDb => mysql::is_telling(product, sql, before),
        Product::Postgres | Product::Sqlite => true,
    }
}

/// What two descriptions of the same objects say about the statement between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing has changed: it was not done.
    NotDone,
    /// It was done.
    Done,
    /// Some of several objects that it drops are gone.
    Partly,
}

/// Compares the descriptions of a statement's objects before it was sent and now.
pub(super) fn compare(product: Product, sql: &str, before: &Descriptions, now: &Descriptions) -> Finding {
    let is_gone = |object: &String| now.get(object).is_none_or(String::is_empty);
    let existed = before.iter().filter(|(_, description)| !description.is_empty()).map(|(object, _)| object);
    if sql::words(product, sql).first().is_some_and(|first| first.is_word("DROP")) && before.len() > 1 {
        let (gone, left): (Vec<&String>, Vec<&String>) = existed.partition(|object| is_gone(object));
        return match (gone.is_empty(), left.is_empty()) {
            (true, _) => Finding::NotDone,
            (false, true) => Finding::Done,
            (false, false) => Finding::Partly,
        };
    }
    match before.iter().any(|(object, description)| now.get(object) != Some(description)) {
        false => Finding::NotDone,
        true => Finding::Done,
    }
}

/// The statement that completes one which the server has begun and not ended: `None` if it has to be sent again.
///
/// # Errors
/// The database's refusal.
pub(super) async fn completion(
    session: &mut Session,
    statement: &Statement,
    objects: &[Object],
) -> Result<Option<String>, DatabaseError> {
    match session.product() {
        Product::Postgres => postgres::completion(session, statement, objects).await,
        Product::MySql | Product::MariaDb | Product::Sqlite => Ok(None),
    }
}

/// Whether the catalog lacks what the statement should have led to: then somebody else has changed its objects.
///
/// # Errors
/// The database's refusal.
pub(super) async fn denies(session: &mut Session, statement: &Statement) -> Result<bool, DatabaseError> {
    match session.product() {
        Product::MySql | Product::MariaDb => mysql::denies(session, &statement.sql).await,
        // A statement of PostgreSQL is known by the one object that it makes or drops.
        Product::Postgres | Product::Sqlite => Ok(false),
    }
}

/// Whether a statement reads the result of the statement before it, which a new session does not know.
pub(super) fn reads_last_result(product: Product, statement: &Statement) -> bool {
    const FUNCTIONS: [&str; 4] = ["LAST_INSERT_ID", "ROW_COUNT", "FOUND_ROWS", "LASTVAL"];
    sql::words(product, &statement.sql).iter().any(|word| word.is_any(&FUNCTIONS))
}

/// The same DROP for objects of which some are gone already; `None` for other statements.
pub(super) fn lenient_drop(product: Product, sql: &str) -> Option<String> {
    let words = sql::words(product, sql);
    let kind = words.get(1).filter(|_| words.first().is_some_and(|first| first.is_word("DROP")))?;
    if words.get(2).is_some_and(|next| next.is_word("IF")) {
        return Some(sql.to_owned());
    }
    let (before, after) = sql.split_at_checked(kind.end())?;
    Some(format!("{before} IF EXISTS{after}"))
}

/// The statements of a migration of which it cannot be found out after a crash whether they were done. Each by its index.
pub fn undecidable(product: Product, statements: &[Statement]) -> Vec<usize> {
    let groups = transaction_groups(product, statements);
    let alone = groups.into_iter().filter(|group| !group.transactional).map(|group| group.statements.start);
    // A transaction that the file begins holds the history too.
    let held = own_transactions(product, statements);
    let is_held = |at: usize, it: &Statement| held.contains(&at) && enclosure(product, it) == Enclosure::Own;
    let is_it =
        |at: &usize| statements.get(*at).is_some_and(|it| probe(product, it) == Probe::Unknown && !is_held(*at, it));
    alone.filter(is_it).collect()
}

#[cfg(test)]
mod tests;
