//! What a statement changes in its session: a run that goes on in a new session has to make up for it.
//!
//! Must not know what the other statements need.

use crate::reading::{Cursor, words};
use crate::{Product, Statement};

/// What a statement changes in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum SessionChange {
    /// Nothing.
    None,
    /// A setting: sent again, it is as it was.
    Setting,
    /// Something that ended with the session.
    Lost(&'static str),
}

const TEMPORARY: SessionChange = SessionChange::Lost("a temporary table of an earlier statement");

/// What a statement changes in its session.
pub(in crate::run) fn session_change(product: Product, statement: &Statement) -> SessionChange {
    let Some(words) = words(product, &statement.sql) else { return SessionChange::None };
    let mut cursor = Cursor::new(&words);
    if cursor.take("CREATE TEMPORARY") || cursor.take("CREATE TEMP") {
        return TEMPORARY;
    }
    match product {
        Product::Postgres => postgres(cursor, &statement.sql),
        Product::MySql | Product::MariaDb => mysql(cursor),
        Product::Sqlite => match cursor.take_any(&["PRAGMA", "ATTACH", "DETACH"]) {
            Some(_) => SessionChange::Setting,
            None => SessionChange::None,
        },
    }
}

fn postgres(mut cursor: Cursor<'_>, sql: &str) -> SessionChange {
    // The privileges that are read for later are kept in the journal.
    let is_setting = match cursor.take_any(&["SET", "RESET", "PREPARE", "SELECT"]) {
        Some("SET") => !["LOCAL", "TRANSACTION", "CONSTRAINTS"].iter().any(|word| cursor.is_at(word)),
        Some("SELECT") => (cursor.take("set_config") || cursor.take("SET_CONFIG")) && !sql.contains("gen.kept"),
        Some(_) => true,
        None => false,
    };
    if is_setting { SessionChange::Setting } else { SessionChange::None }
}

fn mysql(mut cursor: Cursor<'_>) -> SessionChange {
    const VARIABLE: SessionChange = SessionChange::Lost("a variable that an earlier statement filled by a query");
    match cursor.take_any(&["SET", "USE", "PREPARE", "SELECT"]) {
        Some("SET") if ["GLOBAL", "PERSIST", "PASSWORD", "DEFAULT"].iter().any(|word| cursor.is_at(word)) => {
            SessionChange::None
        }
        Some("SET") if cursor.rest().iter().any(|word| word.text == "SELECT") => VARIABLE,
        Some("SELECT") => match cursor.after("INTO") {
            Some(into) if into.is_at("@") || into.rest().first().is_some_and(|it| it.text.starts_with('@')) => VARIABLE,
            Some(_) | None => SessionChange::None,
        },
        Some(_) => SessionChange::Setting,
        None => SessionChange::None,
    }
}
