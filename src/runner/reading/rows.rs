//! Statements that change rows.
//!
//! Must not know what stands in the rows.

use crate::sql::Kind;

use super::deed::Deed;
use super::words::{Hand, Word};
use super::{Feature, Reading, clause, columns};

/// Reads a statement that changes rows; whether it is one.
pub(super) fn rows(mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    if hand.take_any(&["INSERT", "REPLACE"]).is_some() {
        while hand.take_any(&["IGNORE", "OR", "INTO", "LOW_PRIORITY", "ABORT", "FAIL"]).is_some() {}
        let table = hand.object();
        let columns = if hand.is_at("(") { columns::names(hand) } else { Vec::new() };
        reading.clauses.push(clause(Deed::Insert, table, ""));
        if hand.holds("VALUES") || hand.holds("VALUE") || hand.is_at("SET") {
            reading.features.push(Feature::HoldsRows);
        } else if let Some(mut from) = hand.after("FROM") {
            reading.features.push(Feature::Copies { from: from.object(), columns });
        }
        return true;
    }
    if hand.take("MERGE") {
        merge(hand, reading);
        return true;
    }
    let deed = match hand.take_any(&["UPDATE", "DELETE"]) {
        Some("UPDATE") => Deed::Update,
        Some(_) => Deed::Delete,
        None => return false,
    };
    if deed == Deed::Delete && hand.take("HISTORY") {
        reading.features.push(Feature::LosesUnnamed("the history of its rows goes"));
        hand.take("FROM");
        reading.clauses.push(clause(Deed::Other, hand.object(), ""));
        return true;
    }
    while hand.take_any(&["FROM", "ONLY", "IGNORE", "LOW_PRIORITY", "QUICK"]).is_some() {}
    let table = hand.object();
    let every = concerns_every_row(hand);
    if let Some(set) = hand.after("SET").filter(|_| deed == Deed::Update) {
        written(set, every, reading);
    }
    reading.clauses.push(clause(deed, table, ""));
    if every {
        reading.features.push(Feature::EveryRow);
    }
    true
}

/// Whether nothing says which rows, or what says so reads none of them.
fn concerns_every_row(hand: Hand<'_>) -> bool {
    if hand.holds("LIMIT") {
        return false;
    }
    let reads = |word: &Word| matches!(word.kind, Kind::Word | Kind::Name) && word.text != "TRUE";
    hand.after("WHERE").is_none_or(|condition| !condition.rest().iter().any(reads))
}

/// What an `UPDATE` sets.
fn written(set: Hand<'_>, every: bool, reading: &mut Reading) {
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

/// A `MERGE`: what it does to the rows that match, and to those that do not.
fn merge(mut hand: Hand<'_>, reading: &mut Reading) {
    hand.take("INTO");
    hand.take("ONLY");
    let table = hand.object();
    let mut rest = hand;
    while let Some(mut then) = rest.after("THEN") {
        rest = then;
        match then.take_any(&["INSERT", "UPDATE SET", "DELETE"]) {
            Some("INSERT") => reading.clauses.push(clause(Deed::Insert, table.clone(), "")),
            Some("DELETE") => {
                reading.features.push(Feature::LosesUnnamed("rows go by what they match"));
                reading.clauses.push(clause(Deed::Delete, table.clone(), ""));
            }
            Some(_) => {
                written(then.before("WHEN"), false, reading);
                reading.clauses.push(clause(Deed::Update, table.clone(), ""));
            }
            None => {}
        }
    }
}
