//! What a statement changes in its session: a run that goes on in a new session has to make up for it.
//!
//! Must not know what the other statements need.

use crate::migration::Migration;
use crate::reading::{Cursor, words};
use crate::{Product, Statement};

/// Whether a migration may leave settings or temporary objects in the session that runs it, so that no other may follow there.
pub fn changes_session(migration: &Migration) -> bool {
    migration.up.iter().chain(&migration.down).any(|statement| {
        session_change(migration.product, statement) != SessionChange::None
            || statement.sql.to_ascii_lowercase().contains("set_config")
    })
}

/// What a statement changes in its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) enum SessionChange {
    /// Nothing.
    None,
    /// A setting: sent again, it is as it was.
    Setting,
    /// Something that ended with the session: in words, and the name by which later statements use it.
    Lost(&'static str, String),
}

/// What a statement changes in its session.
pub(in crate::run) fn session_change(product: Product, statement: &Statement) -> SessionChange {
    let Some(words) = words(product, &statement.sql) else { return SessionChange::None };
    let mut cursor = Cursor::new(&words);
    if cursor.take("CREATE TEMPORARY") || cursor.take("CREATE TEMP") {
        cursor.take("TABLE");
        cursor.take("IF NOT EXISTS");
        return SessionChange::Lost("a temporary table of an earlier statement", cursor.object());
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
    let is_setting = match cursor.take_any(&["SET", "RESET", "PREPARE", "DEALLOCATE", "SELECT"]) {
        Some("SET") => !["LOCAL", "TRANSACTION", "CONSTRAINTS"].iter().any(|word| cursor.is_at(word)),
        Some("SELECT") => cursor.rest().iter().any(|word| word.text == "SET_CONFIG") && !sql.contains("gen.kept"),
        Some(_) => true,
        None => false,
    };
    if is_setting { SessionChange::Setting } else { SessionChange::None }
}

fn mysql(mut cursor: Cursor<'_>) -> SessionChange {
    let mut words = cursor.rest().iter().skip_while(|word| !word.text.starts_with('@'));
    let name = words.find_map(|word| Some(word.text.trim_matches('@')).filter(|name| !name.is_empty()));
    let lost =
        SessionChange::Lost("a variable that an earlier statement filled", name.unwrap_or_default().to_lowercase());
    let assigns = |cursor: &Cursor<'_>| {
        cursor.rest().windows(2).any(|pair| matches!(pair, [colon, sign] if colon.text == ":" && sign.text == "="))
    };
    if cursor.is_at("SET") && cursor.rest().get(1).is_some_and(|word| word.text == "STATEMENT") {
        return SessionChange::None;
    }
    match cursor.take_any(&["SET", "USE", "PREPARE", "DEALLOCATE", "SELECT"]) {
        Some("SET") if ["GLOBAL", "PERSIST", "PASSWORD", "DEFAULT"].iter().any(|word| cursor.is_at(word)) => {
            SessionChange::None
        }
        // What a function or a query gives may be another value in another session.
        Some("SET") if is_variable(&cursor) && cursor.rest().iter().any(|word| word.text == "(") => lost,
        Some("SELECT") if assigns(&cursor) => lost,
        Some("SELECT") => match cursor.after("INTO") {
            Some(into) if is_variable(&into) => lost,
            Some(_) | None => SessionChange::None,
        },
        Some(_) => SessionChange::Setting,
        None => SessionChange::None,
    }
}

/// Whether a variable of the user comes next, not one of the system.
fn is_variable(cursor: &Cursor<'_>) -> bool {
    let mut words = cursor.rest().iter();
    words.next().is_some_and(|first| first.text.starts_with('@') && !first.text.starts_with("@@"))
        && words.next().is_none_or(|next| next.text != "@")
}
