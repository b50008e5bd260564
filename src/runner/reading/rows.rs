//! Statements that change rows.
//!
//! Must not know the content of the rows.

use crate::sql::TokenKind;

use super::clause_kind::ClauseKind;
use super::cursor::{Cursor, Word};
use super::{Feature, Reading, clause, columns};

/// Reads a statement that changes rows; whether it is one.
pub(super) fn rows(mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    if cursor.take_any(&["INSERT", "REPLACE"]).is_some() {
        while cursor.take_any(&["IGNORE", "OR", "INTO", "LOW_PRIORITY", "ABORT", "FAIL"]).is_some() {}
        let table = cursor.object();
        let columns = if cursor.is_at("(") { columns::names(cursor) } else { Vec::new() };
        reading.clauses.push(clause(ClauseKind::Insert, table, ""));
        if cursor.holds("VALUES") || cursor.holds("VALUE") || cursor.is_at("SET") {
            reading.features.push(Feature::HoldsRows);
        } else if let Some(mut from) = cursor.after("FROM") {
            reading.features.push(Feature::Copies { from: from.object(), columns });
        }
        return true;
    }
    if cursor.take("MERGE") {
        merge(cursor, reading);
        return true;
    }
    let kind = match cursor.take_any(&["UPDATE", "DELETE"]) {
        Some("UPDATE") => ClauseKind::Update,
        Some(_) => ClauseKind::Delete,
        None => return false,
    };
    if kind == ClauseKind::Delete && cursor.take("HISTORY") {
        reading.features.push(Feature::LosesUnnamed("the history of its rows goes"));
        cursor.take("FROM");
        reading.clauses.push(clause(ClauseKind::Other, cursor.object(), ""));
        return true;
    }
    while cursor.take_any(&["FROM", "ONLY", "IGNORE", "LOW_PRIORITY", "QUICK"]).is_some() {}
    let table = cursor.object();
    let every = concerns_every_row(cursor);
    if let Some(set) = cursor.after("SET").filter(|_| kind == ClauseKind::Update) {
        written(set, every, reading);
    }
    reading.clauses.push(clause(kind, table, ""));
    if every {
        reading.features.push(Feature::EveryRow);
    }
    true
}

/// Whether there is no condition on rows, or one that reads no column.
fn concerns_every_row(cursor: Cursor<'_>) -> bool {
    if cursor.holds("LIMIT") {
        return false;
    }
    let reads = |word: &Word| matches!(word.kind, TokenKind::Word | TokenKind::Name) && word.text != "TRUE";
    cursor.after("WHERE").is_none_or(|condition| !condition.rest().iter().any(reads))
}

/// The assignments of an `UPDATE`.
fn written(set: Cursor<'_>, every: bool, reading: &mut Reading) {
    for mut part in set.parts() {
        let several = if part.is_at("(") { columns::names(part) } else { Vec::new() };
        let one = part.object();
        let one = part.is_at("=").then(|| one.rsplit_once('.').map_or(one.as_str(), |(_, column)| column).to_owned());
        let Some(value) = part.after("=") else { continue };
        for column in several.into_iter().chain(one) {
            if every && !columns::names_any(value.rest(), &[&column]) {
                reading.features.push(Feature::Overwrites(column.clone()));
            }
            reading.features.push(Feature::Writes(column));
        }
    }
}

/// A `MERGE`: its actions on matching and on missing rows.
fn merge(mut cursor: Cursor<'_>, reading: &mut Reading) {
    cursor.take("INTO");
    cursor.take("ONLY");
    let table = cursor.object();
    let mut rest = cursor;
    while let Some(mut then) = rest.after("THEN") {
        rest = then;
        match then.take_any(&["INSERT", "UPDATE SET", "DELETE"]) {
            Some("INSERT") => reading.clauses.push(clause(ClauseKind::Insert, table.clone(), "")),
            Some("DELETE") => {
                reading.features.push(Feature::LosesUnnamed("rows go by what they match"));
                reading.clauses.push(clause(ClauseKind::Delete, table.clone(), ""));
            }
            Some(_) => {
                written(then.before("WHEN"), false, reading);
                reading.clauses.push(clause(ClauseKind::Update, table.clone(), ""));
            }
            None => {}
        }
    }
}
