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
        Role::Check(_) | Role::Batches => return Probe::Repeatable,
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
        Role::Batches | Role::Check(_) => return Enclosure::None,
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
        found.insert(format!("{} {}", object.kind, object.name), description);
    }
    Ok(found)
}

/// Whether descriptions before a statement let it be found out whether it was done. Tables of the same structure that exchange
/// their names look the same afterwards.
pub(super) fn is_telling(product: Product, sql: &str, before: &Descriptions) -> bool {
    let existing: Vec<&String> = before.values().filter(|description| !description.is_empty()).collect();
    let has_twins = existing.iter().enumerate().any(|(at, one)| existing.iter().skip(at + 1).any(|it| it == one));
    !(has_twins && sql::words(product, sql).first().is_some_and(|first| first.is_word("RENAME")))
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
pub(super) fn compare(before: &Descriptions, now: &Descriptions) -> Finding {
    let changed = before.iter().filter(|(object, description)| now.get(*object) != Some(description)).count();
    let dropped = before.iter().filter(|(object, description)| !description.is_empty() && gone(now, object)).count();
    let existed = before.values().filter(|description| !description.is_empty()).count();
    match changed {
        0 => Finding::NotDone,
        _ if dropped == changed && dropped < existed && before.len() == existed => Finding::Partly,
        _ => Finding::Done,
    }
}

fn gone(now: &Descriptions, object: &str) -> bool {
    now.get(object).is_none_or(String::is_empty)
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
