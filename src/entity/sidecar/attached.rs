//! `ALTER TABLE` for a state of a table that is none of its columns and constraints: the index it is clustered on, its replica
//! identity, whether a trigger or a rule fires (PostgreSQL).
//!
//! Must not know the default of a state. The ids and texts are those of introspection.

use sqlparser::tokenizer::Token;

use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Part, Place, Product, Schema};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{definition, names, privilege, raw};

/// The table of a statement, and the position behind its name.
fn target(statement: &Statement<'_>) -> Option<(ObjectName, usize)> {
    let only = statement.tokens().get(2).is_some_and(|(token, _)| is_word(token, "ONLY"));
    raw::name_at(statement, 2 + usize::from(only))
}

/// The words from a position on, in upper case; a quoted name is none.
fn words(statement: &Statement<'_>, from: usize) -> Vec<String> {
    let word = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_uppercase(),
        _ => String::new(),
    };
    statement.tokens().iter().skip(from).take(3).map(|(token, _)| word(token)).collect()
}

/// The state that a statement declares.
enum State {
    Cluster,
    Identity,
    /// Of a trigger or a rule: what it is, and in which words it is switched.
    Fires(&'static str, &'static str),
}

fn state(statement: &Statement<'_>) -> Option<(State, usize)> {
    let (_, after) = target(statement)?;
    let words = words(statement, after);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let noun = |word: &str| match word {
        "TRIGGER" => Some("TRIGGER"),
        "RULE" => Some("RULE"),
        _ => None,
    };
    Some(match words.as_slice() {
        ["CLUSTER", "ON", ..] => (State::Cluster, after + 2),
        ["REPLICA", "IDENTITY", ..] => (State::Identity, after + 2),
        ["ENABLE", "REPLICA", word] => (State::Fires(noun(word)?, "ENABLE REPLICA"), after + 3),
        ["ENABLE", "ALWAYS", word] => (State::Fires(noun(word)?, "ENABLE ALWAYS"), after + 3),
        ["DISABLE", word, ..] => (State::Fires(noun(word)?, "DISABLE"), after + 2),
        _ => return None,
    })
}

/// Whether a statement declares such a state.
pub(super) fn declares(statement: &Statement<'_>) -> bool {
    statement.product() == Product::Postgres && state(statement).is_some()
}

pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let unclear = || {
        SourceError::new(statement.first_words(), "this state of a table is not declared here", "not understood")
            .hint("one state in a statement, by the name of its index, trigger or rule")
    };
    let ((state, at), (table, _)) = state(statement).zip(target(statement)).ok_or_else(unclear)?;
    let table = privilege::owner(statement, &table, output)?;
    let tokens = statement.tokens();
    let named = |at: usize| {
        let (name, after) = raw::name_at(statement, at).ok_or_else(unclear)?;
        if after == tokens.len() { Ok(name) } else { Err(unclear()) }
    };
    let head = format!("ALTER TABLE {}", names::printed(&table));
    let schema = &output.model.schema;
    let (name, create, undo, need) = match state {
        State::Cluster => {
            let index = named(at)?;
            let need = index_place(schema, &table, &index.name);
            let create = format!("CLUSTER ON {}", names::printed(&index));
            ("cluster".to_owned(), create, "SET WITHOUT CLUSTER".to_owned(), Some(need))
        }
        State::Identity => {
            let said = words(statement, at);
            let (kind, need) = match said.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                [word @ ("FULL" | "NOTHING")] => ((*word).to_owned(), None),
                ["USING", "INDEX", ..] => {
                    let index = named(at + 2)?;
                    let need = index_place(schema, &table, &index.name);
                    (format!("USING INDEX {}", names::printed(&index)), Some(need))
                }
                _ => return Err(unclear()),
            };
            let undo = "REPLICA IDENTITY DEFAULT".to_owned();
            ("replica identity".to_owned(), format!("REPLICA IDENTITY {kind}"), undo, need)
        }
        State::Fires(noun, switch) => {
            let fired = named(at)?;
            let (name, printed) = (fired.name.clone(), names::printed(&fired));
            let need = match noun {
                "TRIGGER" => Place::Table(table.clone(), Part::Trigger(name.clone())),
                _ => Place::Definition(DefinitionId::on(DefinitionKind::Rule, table.clone(), fired)),
            };
            let id = format!("state of {} {name}", noun.to_lowercase());
            (id, format!("{switch} {noun} {printed}"), format!("ENABLE {noun} {printed}"), Some(need))
        }
    };
    let id = DefinitionId::on(DefinitionKind::Setting, table, ObjectName::local(name));
    definition::insert(statement, id.clone(), format!("{head} {create}"), output)?;
    if let Some(setting) = output.model.schema.definitions.get_mut(&id) {
        setting.drop = format!("{head} {undo}");
        setting.needs.extend(need);
    }
    Ok(())
}

/// An index by its name: one of the table's own, or the one behind a constraint.
pub(super) fn index_place(schema: &Schema, owner: &ObjectName, name: &Name) -> Place {
    let excluded = DefinitionId::on(DefinitionKind::Exclusion, owner.clone(), ObjectName::local(name.clone()));
    if schema.definitions.contains_key(&excluded) {
        return Place::Definition(excluded);
    }
    let table = schema.tables.get(owner);
    let part = match table {
        Some(table) if table.indexes.contains_key(name) => Part::Index(name.clone()),
        Some(table) if table.uniques.contains_key(name) => Part::Unique(name.clone()),
        Some(_) | None => Part::PrimaryKey,
    };
    Place::Table(owner.clone(), part)
}
