//! Reads the catalog: eleven queries, regardless of the number of tables, and one or two batches of `SHOW CREATE`.
//!
//! Must not know how the schema is used. `normalize` unifies names and spellings, except for facts that only the
//! catalog has (which check is a column's own, which text is JSON).

mod bodies;
mod events;
mod routines;
mod shown;
mod tables;

use std::collections::BTreeSet;

use sea_gen_runner::session::{DatabaseError, Rows, Session, mysql};
use sea_gen_runner::sql::unescaped;

use crate::dialect::Product;
use crate::dialect::catalog::{Catalog, LOCK_SECONDS, Scope, Spelling, Unmanaged};
use crate::schema::{Expression, Name, ObjectName, Options, View};

use super::Flavor;
use super::words::without_database;

/// The results of all queries.
struct Answers {
    tables: Rows,
    columns: Rows,
    indexes: Rows,
    foreign_keys: Rows,
    checks: Rows,
    views: Rows,
    triggers: Rows,
    routines: Rows,
    parameters: Rows,
    events: Rows,
    bodies: bodies::Bodies,
    shown: Rows,
    /// The views' `SHOW CREATE` output, if the user may read it.
    shown_views: Option<Rows>,
}

/// Reads the catalog.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    // To describe a view, the server locks its tables, and would wait for another session without an end.
    mysql::wait_for_locks(session, LOCK_SECONDS).await?;
    let found = read(session, scope).await;
    mysql::wait_as_usual(session).await?;
    found
}

async fn read(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    let flavor = if session.product() == Product::MariaDb { Flavor::MariaDb } else { Flavor::MySql };
    let (columns, indexes, checks, views) = match flavor {
        Flavor::MySql => (
            include_str!("queries/columns.mysql.sql"),
            include_str!("queries/indexes.mysql.sql"),
            include_str!("queries/checks.mysql.sql"),
            include_str!("queries/views.mysql.sql"),
        ),
        Flavor::MariaDb => (
            include_str!("queries/columns.mariadb.sql"),
            include_str!("queries/indexes.mariadb.sql"),
            include_str!("queries/checks.mariadb.sql"),
            include_str!("queries/views.mariadb.sql"),
        ),
    };
    let mut answers = Answers {
        tables: session.query(include_str!("queries/tables.sql")).await?,
        columns: session.query(columns).await?,
        indexes: session.query(indexes).await?,
        foreign_keys: session.query(include_str!("queries/foreign_keys.sql")).await?,
        checks: session.query(checks).await?,
        views: session.query(views).await?,
        triggers: session.query(include_str!("queries/triggers.sql")).await?,
        routines: session.query(include_str!("queries/routines.sql")).await?,
        parameters: session.query(include_str!("queries/parameters.sql")).await?,
        events: session.query(include_str!("queries/events.sql")).await?,
        bodies: bodies::Bodies::default(),
        shown: Rows::default(),
        shown_views: Some(Rows::default()),
    };
    answers.bodies = bodies::ask(session, &answers, scope).await?;
    answers.shown = shown::ask(session, flavor, &answers, scope).await?;
    answers.shown_views = shown::ask_views(session, flavor, &answers, scope).await;
    Ok(assemble(flavor, &mut answers, scope))
}

fn assemble(flavor: Flavor, answers: &mut Answers, scope: &Scope) -> Catalog {
    let mut catalog = Catalog::default();
    for schema in scope.schemas.iter().filter(|schema| schema.as_str() != "*") {
        unmanaged(&mut catalog, format!("database {schema}"), "a connection reads only its own database");
    }
    tables::read(flavor, answers, scope, &mut catalog);
    views(answers, scope, &mut catalog);
    routines::read(flavor, answers, &mut catalog);
    events::read(flavor, answers, &mut catalog);
    shown::read(answers, scope, &mut catalog);
    shown::read_views(flavor, answers, scope, &mut catalog);
    catalog
}

fn unmanaged(catalog: &mut Catalog, object: String, reason: &str) {
    catalog.unmanaged.push(Unmanaged { object, reason: reason.to_owned() });
}

/// An expression with the catalog's encoding and escaping undone.
fn expression(flavor: Flavor, text: &str) -> Expression {
    if !flavor.escapes_expressions() {
        return Expression::new(text);
    }
    Expression::new(unescaped(&encoded_once(text).unwrap_or_else(|| text.to_owned())))
}

/// MySQL's catalog treats the UTF-8 of an expression as latin1 and encodes it again. `None` for a text that cannot be
/// the result of that.
fn encoded_once(text: &str) -> Option<String> {
    String::from_utf8(text.chars().map(latin1_byte).collect::<Option<Vec<u8>>>()?).ok()
}

/// The byte of a character in what MySQL calls latin1: Windows' code page 1252, with its gaps filled.
fn latin1_byte(character: char) -> Option<u8> {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match FROM_80.iter().position(|known| *known == character) {
        Some(at) => u8::try_from(0x80 + at).ok(),
        None => u8::try_from(u32::from(character)).ok(),
    }
}

/// The database and its relations, which the servers qualify with its name.
struct Own<'a> {
    database: &'a str,
    known: BTreeSet<String>,
}

impl<'a> Own<'a> {
    fn of(answers: &'a Answers) -> Self {
        let database = answers.tables.first().map(|row| row.text(7)).unwrap_or_default();
        let relations = answers.tables.iter().map(|row| row.text(0).to_owned());
        let known = relations.chain(answers.routines.iter().map(|row| row.text(1).to_owned())).collect();
        Self { database, known }
    }

    /// The text without the name of this database, and the relations that it qualified.
    fn local(&self, text: &str) -> (String, BTreeSet<String>) {
        without_database(text, self.database, &self.known)
    }
}

fn views(answers: &Answers, scope: &Scope, catalog: &mut Catalog) {
    let own = Own::of(answers);
    let is_relation = |name: &String| answers.tables.iter().any(|row| row.text(0) == name.as_str());
    for row in &answers.views {
        let name = ObjectName::local(row.text(0));
        let mut options = Options::new();
        options.insert("check_option".to_owned(), row.text(2).to_lowercase());
        options.insert("security".to_owned(), row.text(3).to_lowercase());
        options.insert("algorithm".to_owned(), row.text(4).to_lowercase());
        // A script is UTF-8, so only ASCII can be written in another character set.
        if let Some(collation) =
            row.get(5).filter(|it| scope.spelling >= Spelling::Explicit && (row.text(1).is_ascii() || is_utf8(it)))
        {
            options.insert("connection".to_owned(), collation.to_owned());
        }
        let (query, named) = own.local(row.text(1));
        let view = View {
            name: name.clone(),
            query: Expression::new(query),
            reads: named.iter().filter(|name| is_relation(name)).map(|name| local(name)).collect(),
            materialized: false,
            comment: None,
            options,
        };
        catalog.schema.views.insert(name, view);
    }
}

fn is_utf8(collation: &str) -> bool {
    collation.starts_with("utf8")
}

fn local(name: &str) -> ObjectName {
    ObjectName::local(Name::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_encoded_twice_is_read_once() {
        assert_eq!(encoded_once("Ã¼Ã±Ã\u{ad} æ¼¢").as_deref(), Some("üñí 漢"));
        assert_eq!(encoded_once("â‚¬").as_deref(), Some("€"));
        assert_eq!(encoded_once("plain").as_deref(), Some("plain"));
        assert_eq!(encoded_once("ü"), None, "this was encoded once");
        assert_eq!(encoded_once("漢"), None);
    }
}
