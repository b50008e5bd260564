//! A script for the database's own client.
//!
//! Must not know where the statements come from.

use crate::{Product, Role, Statement, sql};

/// The text of a script: nothing for no statements. SQLite's is wrapped so that a rebuild of a table cannot delete the rows
/// that refer to it: foreign keys are switched off before the transaction, since inside one the pragma does nothing.
pub fn script(product: Product, statements: &[Statement]) -> String {
    let delimiter = delimiter(statements);
    let mut text = String::new();
    // On SQLite the script is one transaction but for the statements that know none.
    let is_outside = |statement: &Statement| product == Product::Sqlite && !statement.transactional;
    for statement in statements {
        if is_outside(statement) {
            text.push_str("COMMIT;\n\n");
        }
        for line in statement.note.iter().flat_map(|note| note.lines()) {
            text.push_str(&format!("-- {line}\n"));
        }
        match &statement.role {
            // All rows at once.
            Role::Change | Role::BatchesBy(_) => {}
            Role::Check(message) => text.push_str(&format!("-- must be 0, otherwise {message}\n")),
            Role::Batches => text.push_str("-- to be sent again until it finds no row\n"),
            // The comment itself is the text.
            Role::Rust { .. } => {
                text.push_str(&format!(
                    "-- here the program calls a function; with `batches` until it changes no row, each time in its own transaction\n{}\n\n",
                    statement.sql
                ));
                if is_outside(statement) {
                    text.push_str("BEGIN;\n\n");
                }
                continue;
            }
        }
        // The clients of MySQL and MariaDB cut a script at every semicolon, also inside a body.
        let has_semicolon = || sql::words(product, &statement.sql).iter().any(|word| word.is_symbol(';'));
        text.push_str(&match product {
            Product::MySql | Product::MariaDb if has_semicolon() => {
                format!("DELIMITER {delimiter}\n{}\n{delimiter}\nDELIMITER ;\n\n", statement.sql)
            }
            Product::MySql | Product::MariaDb | Product::Postgres | Product::Sqlite => {
                format!("{};\n\n", statement.sql)
            }
        });
        if is_outside(statement) {
            text.push_str("BEGIN;\n\n");
        }
    }
    text.truncate(text.trim_end().len());
    if text.is_empty() {
        return text;
    }
    text.push('\n');
    match product {
        Product::Sqlite => {
            format!("PRAGMA foreign_keys = OFF;\nBEGIN;\n\n{text}\nCOMMIT;\nPRAGMA foreign_keys = ON;\n")
        }
        Product::MySql | Product::MariaDb => {
            let settings = settings(&text);
            if settings.is_empty() { text } else { format!("{settings}\n{text}") }
        }
        // Bodies may reference objects that are created later, as they may when the runner executes migrations.
        Product::Postgres
            if statements.iter().any(|it| ["FUNCTION", "PROCEDURE"].iter().any(|word| it.sql.contains(word))) =>
        {
            format!("SET check_function_bodies = off;\n\n{text}")
        }
        Product::Postgres => text,
    }
}

/// A delimiter that occurs in none of the statements.
fn delimiter(statements: &[Statement]) -> String {
    let is_free = |delimiter: &String| !statements.iter().any(|statement| statement.sql.contains(delimiter));
    let plain = ["//", "$$", ";;"].map(str::to_owned).into_iter();
    plain.chain((1..).map(|number| format!("//{number}//"))).find(is_free).unwrap_or_default()
}

/// What a letter beyond ASCII, and a time of a timestamp or an event, stands for depends on the session.
fn settings(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let has_times = lower.contains('\'') && (lower.contains("timestamp") || lower.contains("create event"));
    // A view remembers the connection it was made by.
    let depends = !text.is_ascii() || lower.contains("view ");
    let names = if depends { "SET NAMES utf8mb4;\n" } else { "" };
    format!("{names}{}", if has_times { "SET time_zone = '+00:00';\n" } else { "" })
}
