//! The `sql_mode` of a trigger, a routine or an event: the servers store it with the object, and parse and execute its
//! body under it.
//!
//! A definition with another mode than the product's default begins with a statement that sets it, in schemas and in
//! files. Must not know what a body means.

use std::collections::BTreeSet;

use sea_gen_runner::sql::{self, Rules, default_mode};

use crate::dialect::Statement;
use crate::schema::Expression;

use super::Flavor;
use super::quote::text_literal;

/// The flags of a mode, with combination modes expanded.
fn flags(flavor: Flavor, mode: &str) -> BTreeSet<String> {
    let mut flags: BTreeSet<String> =
        mode.split(',').map(|flag| flag.trim().to_uppercase()).filter(|flag| !flag.is_empty()).collect();
    let mut add = |several: &str, single: &[&str]| {
        if flags.contains(several) {
            flags.extend(single.iter().map(|&flag| flag.to_owned()));
        }
    };
    let strict = ["STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE"];
    add("TRADITIONAL", &strict);
    add("TRADITIONAL", &["ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION"]);
    add("ANSI", &["REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE"]);
    match flavor {
        Flavor::MySql => add("ANSI", &["ONLY_FULL_GROUP_BY"]),
        Flavor::MariaDb => {
            let foreign = ["PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS"];
            add("TRADITIONAL", &["NO_AUTO_CREATE_USER"]);
            for several in ["ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL"] {
                add(several, &foreign);
                add(several, &["NO_FIELD_OPTIONS"]);
            }
            add("ORACLE", &["NO_AUTO_CREATE_USER", "SIMULTANEOUS_ASSIGNMENT"]);
            add("MAXDB", &["NO_AUTO_CREATE_USER"]);
        }
    }
    flags
}

/// The canonical form of a mode; `None` for the product's default.
pub(super) fn canonical(flavor: Flavor, mode: &str) -> Option<String> {
    let flags = flags(flavor, mode);
    let is_default = flags == self::flags(flavor, default_mode(flavor.product()));
    (!is_default).then(|| flags.into_iter().collect::<Vec<_>>().join(","))
}

/// A definition with its mode.
pub(super) fn under(flavor: Flavor, mode: &str, create: &str) -> String {
    match canonical(flavor, mode) {
        None => create.to_owned(),
        Some(_) => format!("SET sql_mode = {};\n{create}", text_literal(mode)),
    }
}

/// The start of a definition with the collation of a connection.
const NAMES: &str = "SET NAMES ";

/// A definition with the collation of the connection that it is to be created on, which its texts have.
pub(super) fn over(connection: Option<&str>, create: &str) -> String {
    match connection {
        None => create.to_owned(),
        Some(collation) => format!("{NAMES}{} COLLATE {collation};\n{create}", charset_of(collation)),
    }
}

/// The statement that sets the names of a connection before a definition, and the definition.
fn names_before(text: &str) -> (Option<&str>, &str) {
    match text.starts_with(NAMES).then(|| text.split_once(";\n")).flatten() {
        Some((names, create)) => (Some(names), create),
        None => (None, text),
    }
}

/// A collation's character set: its name up to the first underscore.
pub(super) fn charset_of(collation: &str) -> &str {
    match collation.split_once('_') {
        // MariaDB's `uca1400_ai_ci` goes with several character sets; the server picks the one of the table.
        Some(("uca1400", _)) => "utf8mb4",
        Some((charset, _)) => charset,
        None => collation,
    }
}

/// A string literal as it is parsed under a mode.
pub(super) fn literal(mode: &str, text: &str) -> String {
    if Rules::under(Flavor::MySql.product(), mode).has_escapes() {
        return text_literal(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The statements that execute a definition under its mode and then restore the session's mode.
pub(super) fn statements(flavor: Flavor, definition: &Expression) -> Vec<Statement> {
    let (names, text) = names_before(definition.text());
    let statements = match sql::mode_before(flavor.product(), text) {
        None => vec![Statement::new(text)],
        Some((mode, create)) => vec![
            Statement::new(format!("SET @sql_mode_before = @@sql_mode, sql_mode = {}", text_literal(&mode))),
            Statement::new(create),
            Statement::new("SET sql_mode = @sql_mode_before"),
        ],
    };
    let Some(names) = names else { return statements };
    let back = Statement::new(format!("{NAMES}utf8mb4"));
    std::iter::once(Statement::new(names)).chain(statements).chain([back]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_compared_by_its_flags() {
        for flavor in [Flavor::MySql, Flavor::MariaDb] {
            assert_eq!(canonical(flavor, default_mode(flavor.product())), None);
            assert_eq!(canonical(flavor, &default_mode(flavor.product()).to_lowercase().replace(',', ", ")), None);
            assert_eq!(canonical(flavor, ""), Some(String::new()));
            assert_eq!(
                canonical(flavor, "ANSI"),
                canonical(flavor, &flags(flavor, "ANSI").into_iter().collect::<Vec<_>>().join(","))
            );
        }
    }

    #[test]
    fn a_definition_says_a_mode_that_is_not_the_default() {
        let create = "CREATE PROCEDURE p() SELECT \"a\" FROM \"b;\"";
        assert_eq!(under(Flavor::MariaDb, default_mode(Flavor::MariaDb.product()), create), create);
        let text = under(Flavor::MariaDb, "ANSI_QUOTES", create);
        assert_eq!(sql::mode_before(Flavor::MariaDb.product(), &text), Some(("ANSI_QUOTES".to_owned(), create)));
        let sent: Vec<String> =
            statements(Flavor::MariaDb, &Expression::new(text)).into_iter().map(|it| it.sql).collect();
        let set = "SET @sql_mode_before = @@sql_mode, sql_mode = 'ANSI_QUOTES'";
        assert_eq!(sent, [set, create, "SET sql_mode = @sql_mode_before"]);
    }

    #[test]
    fn strings_are_written_for_the_mode_they_are_read_under() {
        assert_eq!(literal("", "a\\'b"), "'a\\\\''b'");
        assert_eq!(literal("ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "a\\'b"), "'a\\''b'");
    }
}
