//! SQL in the texts of a migration: what does not fit its transaction, and how it is cut into statements.
//!
//! Must not know which database a text is for: it goes by words that only one has.

use sea_gen_runner::sql::{self, Token};

use crate::lint::{Level, Rule};
use crate::schema::Product;

use super::{Code, CodeCheck, Transaction};

/// An index is built or dropped without blocking, inside a transaction.
pub(in crate::lint) const CONCURRENTLY: CodeCheck = CodeCheck {
    level: Level::Danger,
    suggestion: "return `Some(false)` from `use_transaction`, and send the statement in a call of its own: several statements in one call are a transaction",
    bad: "impl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        let sql = \"CREATE INDEX CONCURRENTLY visit_day ON visit (day)\";\n        manager.get_connection().execute_unprepared(sql).await.map(drop)\n    }\n}",
    good: "impl MigrationTrait for Migration {\n    fn use_transaction(&self) -> Option<bool> {\n        Some(false)\n    }\n\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        let sql = \"CREATE INDEX CONCURRENTLY visit_day ON visit (day)\";\n        manager.get_connection().execute_unprepared(sql).await.map(drop)\n    }\n}",
    check: concurrently,
};

/// SQLite leaves its checks of foreign keys on, and a rebuild then deletes the rows that refer to the table.
pub(in crate::lint) const PRAGMA_IN_TRANSACTION: Rule = Rule {
    id: "pragma-in-transaction",
    summary: "`PRAGMA foreign_keys` inside a transaction",
    why: "SQLite ignores it there without a word: dropping the old table of a rebuild then deletes every row that refers to it",
    plan: None,
    script: None,
    code: Some(CodeCheck {
        level: Level::Danger,
        suggestion: "return `Some(false)` from `use_transaction`, and begin the transaction after the pragma, on the same connection",
        bad: "impl MigrationTrait for Migration {\n    fn use_transaction(&self) -> Option<bool> {\n        Some(true)\n    }\n\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.get_connection().execute_unprepared(\"PRAGMA foreign_keys = OFF\").await.map(drop)\n    }\n}",
        good: "impl MigrationTrait for Migration {\n    fn use_transaction(&self) -> Option<bool> {\n        Some(false)\n    }\n\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.get_connection().execute_unprepared(\"PRAGMA foreign_keys = OFF\").await.map(drop)\n    }\n}",
        check: pragma,
    }),
};

/// Semicolons stand in texts, comments and bodies, too.
pub(in crate::lint) const SPLIT_SQL: Rule = Rule {
    id: "split-sql",
    summary: "SQL is cut into statements at every semicolon",
    why: "a semicolon in a text, a comment or the body of a function ends no statement: the pieces fail, or do something else",
    plan: None,
    script: None,
    code: Some(CodeCheck {
        level: Level::Warning,
        suggestion: "send the text as it is with `execute_unprepared`, or write each statement by itself",
        bad: "impl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        for statement in SQL.split(';') {\n            manager.get_connection().execute_unprepared(statement).await?;\n        }\n        Ok(())\n    }\n}",
        good: "impl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.get_connection().execute_unprepared(SQL).await.map(drop)\n    }\n}",
        check: |code| {
            let message = |line: &usize| (*line, "a text is split at semicolons".to_owned());
            code.splits.iter().map(message).collect()
        },
    }),
};

fn concurrently(code: &Code) -> Vec<(usize, String)> {
    let Some(migration) = code.migrations.first() else { return Vec::new() };
    let is_inside = matches!(migration.transaction, Transaction::Unsaid | Transaction::Always);
    let in_transaction =
        |line: &usize| (*line, "CONCURRENTLY, and `use_transaction` does not return `Some(false)`".to_owned());
    let mut found: Vec<(usize, String)> = Vec::new();
    for (text, line) in code.texts.iter().filter(|(text, _)| mentions(text, "concurrently")) {
        let statements = sql::split(Product::Postgres, text).unwrap_or_else(|_| vec![text.clone()]);
        if !statements.iter().any(|statement| is_concurrent(statement)) {
            continue;
        }
        if is_inside {
            found.push(in_transaction(line));
        } else if statements.len() > 1 {
            found.push((*line, format!("CONCURRENTLY in one text with {} statements", statements.len())));
        }
    }
    if is_inside {
        found.extend(code.concurrently.iter().map(in_transaction));
    }
    found
}

/// Whether a statement builds, drops or detaches without blocking. A view can be refreshed so inside a transaction.
fn is_concurrent(statement: &str) -> bool {
    let words = sql::words(Product::Postgres, statement);
    let begins = |words: &[Token<'_>], begin: &[&str]| {
        words.len() > begin.len() && words.iter().zip(begin).all(|(word, expected)| word.is_word(expected))
    };
    let of_index = [&["create", "index"][..], &["create", "unique", "index"], &["drop", "index"], &["reindex"]];
    let is_index = of_index.iter().any(|begin| begins(&words, begin));
    let is_detach = begins(&words, &["alter", "table"]) && words.iter().any(|word| word.is_word("detach"));
    (is_index || is_detach) && words.iter().any(|word| word.is_word("concurrently"))
}

fn pragma(code: &Code) -> Vec<(usize, String)> {
    if code.migrations.first().is_none_or(|migration| migration.transaction != Transaction::Always) {
        return Vec::new();
    }
    let is_pragma = |text: &str| {
        let words = sql::words(Product::Sqlite, text);
        words.iter().zip(words.iter().skip(1)).any(|(one, two)| one.is_word("pragma") && two.is_word("foreign_keys"))
    };
    let found = code.texts.iter().filter(|(text, _)| mentions(text, "foreign_keys") && is_pragma(text));
    found
        .map(|(_, line)| (*line, "`PRAGMA foreign_keys`, and `use_transaction` returns `Some(true)`".to_owned()))
        .collect()
}

fn mentions(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(word)
}
