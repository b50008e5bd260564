//! Clauses of constraints that the parser does not know (PostgreSQL): `INCLUDE (…)` and `WITH (…)` of keys, the columns that a
//! foreign key sets, and periods in keys.
//!
//! Must not know the normal form of a list.

use std::ops::Range;

use sqlparser::tokenizer::Token;

use crate::schema::{Options, Part, Product, Table};

use super::statement::{Statement, is_word};

/// The clauses of a statement.
#[derive(Default)]
pub(super) struct Clauses {
    /// Their tokens, which the parser is not given.
    left_out: Vec<Range<usize>>,
    options: Options,
}

impl Clauses {
    /// The clauses of `ALTER TABLE … ADD CONSTRAINT`.
    pub(super) fn of(statement: &Statement<'_>) -> Self {
        Self::found(statement, true)
    }

    /// The clauses inside `CREATE TABLE`, which has a `WITH` of its own.
    pub(super) fn inside(statement: &Statement<'_>) -> Self {
        Self::found(statement, false)
    }

    fn found(statement: &Statement<'_>, with: bool) -> Self {
        let mut found = Self::default();
        if statement.product() != Product::Postgres {
            return found;
        }
        let tokens = statement.tokens();
        let is = |at: Option<usize>, word: &str| {
            at.and_then(|at| tokens.get(at)).is_some_and(|(token, _)| is_word(token, word))
        };
        let is_symbol = |at: usize, symbol: &Token| tokens.get(at).is_some_and(|(token, _)| token == symbol);
        for at in 1..tokens.len().saturating_sub(1) {
            let (before, here) = (at.checked_sub(1), Some(at));
            let behind_list = is_symbol(at - 1, &Token::RParen);
            let (key, start) = if is(here, "INCLUDE") && behind_list {
                ("include", at)
            } else if is(here, "WITH") && behind_list && with {
                ("with", at)
            } else if (is(here, "NULL") || is(here, "DEFAULT")) && is(before, "SET") && is(at.checked_sub(2), "DELETE")
            {
                ("on_delete_columns", at + 1)
            } else {
                continue;
            };
            if !is_symbol(at + 1, &Token::LParen) {
                continue;
            }
            let Some(close) = (at + 2..tokens.len()).find(|at| is_symbol(*at, &Token::RParen)) else { continue };
            let list = statement.sql(at + 2..close);
            let list = if key == "with" { settings(&list) } else { list };
            found.options.insert(key.to_owned(), list);
            found.left_out.push(start..close + 1);
        }
        for at in 1..tokens.len().saturating_sub(1) {
            let (here, next) = (Some(at), Some(at + 1));
            let (key, length) = if is(here, "WITHOUT") && is(next, "OVERLAPS") {
                ("without_overlaps", 2)
            } else if is(here, "PERIOD")
                && with
                && (is_symbol(at - 1, &Token::Comma) || is_symbol(at - 1, &Token::LParen))
                && tokens.get(at + 1).is_some_and(|(token, _)| matches!(token, Token::Word(_)))
            {
                ("period", 1)
            } else {
                continue;
            };
            found.options.insert(key.to_owned(), "true".to_owned());
            found.left_out.push(at..at + length);
        }
        found
    }

    /// Whether the parser is not given a token.
    pub(super) fn has(&self, at: usize) -> bool {
        self.left_out.iter().any(|range| range.contains(&at))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Adds them to a constraint.
    pub(super) fn add(&self, table: &mut Table, part: &Part) {
        let options = match part {
            Part::PrimaryKey => table.primary_key.as_mut().map(|key| &mut key.options),
            Part::Unique(name) => table.uniques.get_mut(name).map(|unique| &mut unique.options),
            Part::ForeignKey(name, _) => table.foreign_keys.get_mut(name).map(|key| &mut key.options),
            _ => None,
        };
        if let Some(options) = options {
            options.extend(self.options.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
}

/// Settings as the catalog lists them, without blanks and quotes.
fn settings(list: &str) -> String {
    let mut said: Vec<String> = list.split(',').map(|it| it.replace([' ', '\'', '\n'], "").to_lowercase()).collect();
    said.sort();
    said.join(", ")
}
