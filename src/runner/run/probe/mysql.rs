//! Probes of MySQL and MariaDB, where every change of the schema is committed by itself.
//!
//! Must not know the other databases.

use crate::reading::clause_kind::ClauseKind;
use crate::reading::{self, Cursor, Word, words};
use crate::session::{DatabaseError, Session};
use crate::sql::TokenKind;
use crate::{Product, sql};

use super::{Descriptions, Object, Probe};

/// Statements that change no more when they are sent again, and those that concern the session alone.
const REPEATABLE: [&str; 23] = [
    "SET",
    "USE",
    "SHOW",
    "GRANT",
    "FLUSH",
    "ANALYZE",
    "OPTIMIZE",
    "REPAIR",
    "CHECK",
    "CHECKSUM",
    "TRUNCATE",
    "START",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "LOCK",
    "UNLOCK",
    "PREPARE",
    "DEALLOCATE",
    "DESCRIBE",
    "EXPLAIN",
];

/// Statements on rows, which a transaction holds together with the history. A query may call a function that changes rows.
const ROWS: [&str; 9] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "LOAD", "(", "SELECT", "DO"];

const KINDS: [&str; 16] = [
    "TABLE",
    "TABLES",
    "INDEX",
    "VIEW",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "SEQUENCE",
    "DATABASE",
    "SCHEMA",
    "USER",
    "ROLE",
    "SERVER",
    "PACKAGE",
    "TABLESPACE",
];

/// The description of an object of which nothing but its existence is known.
const EXISTS: &str = "exists";

/// More columns than any `SHOW CREATE` has.
const COLUMNS: usize = 10;

/// Whether a statement changes rows and nothing else.
pub(super) fn changes_rows(mut cursor: Cursor<'_>) -> bool {
    if cursor.take("SET STATEMENT") {
        return cursor.after("FOR").is_some_and(changes_rows);
    }
    cursor.take_any(&ROWS).is_some()
}

/// The probe of a statement.
pub(super) fn probe(mut cursor: Cursor<'_>) -> Probe {
    // MariaDB's settings for one statement, and a block of statements.
    if cursor.take("SET STATEMENT") {
        return cursor.after("FOR").map_or(Probe::Unknown, probe);
    }
    if cursor.is_at("BEGIN") && cursor.rest().len() > 2 {
        return Probe::Unknown;
    }
    if cursor.take_any(&REPEATABLE).is_some() {
        return Probe::Repeatable;
    }
    // Sent twice, it is refused: there is no such grant any more.
    if cursor.take("REVOKE") {
        let users = cursor.after("FROM").map(|from| from.parts()).unwrap_or_default().into_iter();
        let user = |part: Cursor<'_>| -> String { part.rest().iter().map(written).collect() };
        return Probe::Catalog(distinct(users.map(|part| Object { kind: "GRANTS", name: user(part) }).collect()));
    }
    if let Some(renames) = renames(cursor) {
        return Probe::Catalog(distinct(renames.into_iter().flat_map(|(old, new)| [name(old), name(new)]).collect()));
    }
    let Some(verb) = cursor.take_any(&["CREATE", "ALTER", "DROP"]) else { return Probe::Unknown };
    // What replaces does so again; a temporary table ends with its session.
    if cursor.is_at("OR") || cursor.is_at("TEMPORARY") {
        return Probe::Repeatable;
    }
    let Some(kind) = kind(&mut cursor) else { return Probe::Unknown };
    let is_lenient = cursor.take("IF EXISTS") || cursor.take("IF NOT EXISTS");
    match (verb, kind) {
        ("ALTER", "TABLE") => altered(cursor),
        (_, "INDEX") => cursor.after("ON").map_or(Probe::Unknown, |mut on| Probe::Catalog(vec![table(on.object())])),
        (_, "USER" | "ROLE" | "SERVER" | "TABLESPACE") => match is_lenient || verb == "ALTER" {
            true => Probe::Repeatable,
            false => Probe::Unknown,
        },
        ("DROP", "TABLE" | "TABLES" | "VIEW" | "SEQUENCE") => {
            let kind = if kind == "TABLES" { "TABLE" } else { kind };
            let parts = cursor.parts().into_iter();
            Probe::Catalog(distinct(parts.map(|mut part| Object { kind, name: part.object() }).collect()))
        }
        ("ALTER", "EVENT") => {
            let renamed = cursor.after("RENAME TO").map(|mut to| Object { kind, name: to.object() });
            let event = Object { kind, name: cursor.object() };
            Probe::Catalog(std::iter::once(event).chain(renamed).collect())
        }
        _ => Probe::Catalog(vec![Object { kind, name: cursor.object() }]),
    }
}

/// The tables that a statement renames, and their new names, in the order in which they are renamed.
fn renames(mut cursor: Cursor<'_>) -> Option<Vec<(String, String)>> {
    cursor.take_any(&["RENAME TABLES", "RENAME TABLE"])?;
    cursor.take("IF EXISTS");
    let renamed = |mut part: Cursor<'_>| {
        let old = part.object();
        (old, part.after("TO").map(|mut to| to.object()).unwrap_or_default())
    };
    Some(cursor.parts().into_iter().map(renamed).collect())
}

/// Whether the names look different after a statement that renames tables.
pub(super) fn is_telling(product: Product, sql: &str, before: &Descriptions) -> bool {
    let Some(words) = words(product, sql) else { return false };
    let Some(renames) = renames(Cursor::new(&words)) else { return true };
    let mut then = before.clone();
    for (old, new) in renames {
        let moved = then.insert(name(old).key(), String::new()).unwrap_or_default();
        then.insert(name(new).key(), moved);
    }
    then != *before
}

/// The kind of object that a statement names, behind clauses like `DEFINER = …`.
fn kind(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    for _ in 0..16 {
        if let Some(kind) = cursor.take_any(&KINDS) {
            return Some(kind);
        }
        cursor.skip();
    }
    None
}

/// The probe of `ALTER TABLE`. Tables that exchange a partition's rows look the same afterwards.
fn altered(mut cursor: Cursor<'_>) -> Probe {
    const UNSEEN: [&str; 3] = ["EXCHANGE PARTITION", "IMPORT", "DISCARD"];
    if UNSEEN.iter().any(|words| cursor.holds(words)) {
        return Probe::Unknown;
    }
    let mut objects = vec![table(cursor.object())];
    for mut part in cursor.parts() {
        if part.take("RENAME") && !["COLUMN", "INDEX", "KEY", "CONSTRAINT"].iter().any(|word| part.is_at(word)) {
            part.take_any(&["TO", "AS", "="]);
            objects.push(table(part.object()));
        }
    }
    Probe::Catalog(distinct(objects))
}

/// A token as a statement writes it.
fn written(word: &Word) -> String {
    match word.kind {
        TokenKind::Name => format!("`{}`", word.name.replace('`', "``")),
        TokenKind::Word => word.name.clone(),
        _ => word.text.clone(),
    }
}

/// A table of which only the columns count: generated names of constraints follow the table's name.
fn name(name: String) -> Object {
    Object { kind: "NAME", name }
}

fn table(name: String) -> Object {
    Object { kind: "TABLE", name }
}

fn distinct(objects: Vec<Object>) -> Vec<Object> {
    let mut found: Vec<Object> = Vec::new();
    for object in objects {
        if !found.contains(&object) {
            found.push(object);
        }
    }
    found
}

/// Describes an object as the server prints it; empty if it does not exist. The next number of a counting column is left out,
/// because rows change it.
pub(super) async fn describe(session: &mut Session, object: &Object) -> Result<String, DatabaseError> {
    let product = session.product();
    if object.kind == "GRANTS" {
        let Ok(rows) = session.query(&format!("SHOW GRANTS FOR {}", object.name)).await else {
            return Ok(EXISTS.to_owned());
        };
        return Ok(rows.iter().map(|row| format!("{}\n", row.text(0))).collect());
    }
    let (schema, name) = match object.name.split_once('.') {
        Some((schema, name)) => (sql::literal(product, schema), name),
        None => ("DATABASE()".to_owned(), object.name.as_str()),
    };
    let text = sql::literal(product, name);
    let (view, condition) = match object.kind {
        "TABLE" | "NAME" | "VIEW" | "SEQUENCE" => {
            ("tables", format!("table_schema = {schema} AND table_name = {text}"))
        }
        "TRIGGER" => ("triggers", format!("trigger_schema = {schema} AND trigger_name = {text}")),
        "EVENT" => ("events", format!("event_schema = {schema} AND event_name = {text}")),
        "DATABASE" | "SCHEMA" => ("schemata", format!("schema_name = {text}")),
        _ => ("routines", format!("routine_schema = {schema} AND routine_name = {text}")),
    };
    let exists = session.query(&format!("SELECT count(*) FROM information_schema.{view} WHERE {condition}")).await?;
    if exists.first().is_none_or(|row| row.text(0) == "0") {
        return Ok(String::new());
    }
    if object.kind == "NAME" {
        let columns = format!(
            "SELECT column_name, column_type FROM information_schema.columns WHERE {condition} ORDER BY ordinal_position"
        );
        let rows = session.query(&columns).await?;
        return Ok(rows.iter().map(|row| format!("{} {}\n", row.text(0), row.text(1))).collect());
    }
    let path = object.name.split('.').map(|part| sql::quote(product, part)).collect::<Vec<_>>().join(".");
    let kind = if object.kind == "SCHEMA" { "DATABASE" } else { object.kind };
    // A role may drop what it may not see: that it is gone shows nevertheless.
    let Ok(rows) = session.query(&format!("SHOW CREATE {kind} {path}")).await else { return Ok(EXISTS.to_owned()) };
    let Some(row) = rows.first() else { return Ok(EXISTS.to_owned()) };
    // The first value is the name, which is known.
    let printed: Vec<&str> = (1..COLUMNS).map(|at| row.text(at)).collect();
    let printed = printed.join("\n").replacen(&sql::quote(product, name), "", 1);
    Ok(without_counter(&printed))
}

/// Whether a column or an index that a statement adds is missing, or one that it drops exists.
pub(super) async fn denies(session: &mut Session, statement: &str) -> Result<bool, DatabaseError> {
    let product = session.product();
    let reading = reading::read(product, statement);
    if reading.clauses.iter().any(|clause| clause.kind == ClauseKind::RenameTable) {
        return Ok(false);
    }
    let renamed = reading.renamed_columns().map(|(table, _, new)| (table, new, "columns", true));
    let added = reading.clauses.iter().filter_map(|clause| {
        let (view, is_there) = match clause.kind {
            ClauseKind::AddColumn
            | ClauseKind::AddColumnFilled
            | ClauseKind::AddColumnStored
            | ClauseKind::AddColumnVirtual
            | ClauseKind::AddColumnNumbered => ("columns", true),
            ClauseKind::DropColumn => ("columns", false),
            ClauseKind::CreateIndex | ClauseKind::CreateSpecialIndex => ("statistics", true),
            ClauseKind::DropIndex => ("statistics", false),
            _ => return None,
        };
        Some((clause.table.as_str(), clause.part.as_str(), view, is_there))
    });
    for (table, part, view, is_there) in added.chain(renamed).filter(|(_, part, ..)| !part.is_empty()) {
        let (schema, name) = match table.split_once('.') {
            Some((schema, name)) => (sql::literal(product, schema), name),
            None => ("DATABASE()".to_owned(), table),
        };
        let column = if view == "columns" { "column_name" } else { "index_name" };
        let query = format!(
            "SELECT count(*) FROM information_schema.{view} WHERE table_schema = {schema} AND table_name = {} AND {column} = {}",
            sql::literal(product, name),
            sql::literal(product, part),
        );
        let found = session.query(&query).await?;
        if found.first().is_some_and(|row| row.text(0) != "0") != is_there {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without_counter(printed: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    match printed.split_once(COUNTER) {
        Some((before, after)) => format!("{before}{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit())),
        None => printed.to_owned(),
    }
}
