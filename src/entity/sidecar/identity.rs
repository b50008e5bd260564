//! `ALTER TABLE … ALTER COLUMN … ADD GENERATED … AS IDENTITY (…)`: how PostgreSQL numbers a column.
//!
//! The grammar at hand takes the settings in one order only, so they are read from the words. Must not know what is usual for
//! a sequence beyond what the catalog leaves out.

use sqlparser::tokenizer::Token;

use crate::schema::{Facet, Identity, Origin, Part, Place, Product};

use super::super::source::{Output, Trouble};
use super::definition::is_word;
use super::statement::Statement;
use super::{names, raw};

/// The settings in the order in which the catalog lists them, each with its usual value.
const SETTINGS: [(&str, &str, &str); 5] = [
    ("START", "START WITH", "1"),
    ("INCREMENT", "INCREMENT BY", "1"),
    ("MINVALUE", "MINVALUE", "1"),
    ("MAXVALUE", "MAXVALUE", ""),
    ("CACHE", "CACHE", "1"),
];

fn position(statement: &Statement<'_>, words: &[&str]) -> Option<usize> {
    let tokens = statement.tokens();
    (0..tokens.len()).find(|at| {
        words.iter().enumerate().all(|(ahead, word)| tokens.get(at + ahead).is_some_and(|it| is_word(&it.0, word)))
    })
}

/// Whether a statement numbers a column.
pub(super) fn numbers(statement: &Statement<'_>) -> bool {
    position(statement, &["ADD", "GENERATED"]).is_some() && position(statement, &["AS", "IDENTITY"]).is_some()
}

/// Takes the numbering into the column.
pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), Trouble> {
    let product = statement.product();
    if product != Product::Postgres {
        let trouble = Trouble::new(statement.first_words(), format!("{product} has no identity"), "PostgreSQL's");
        return Err(trouble.hint("move it to a file for PostgreSQL: `<name>.postgres.sql`"));
    }
    let unclear = || Trouble::new(statement.first_words(), "this numbers no column", "not understood");
    let tokens = statement.tokens();
    let after = |word: &str| position(statement, &[word]).map(|at| at + 1);
    let table_at = after("ONLY").or_else(|| after("EXISTS")).or_else(|| after("TABLE")).ok_or_else(unclear)?;
    let (target, behind) = raw::name_at(statement, table_at).ok_or_else(unclear)?;
    let column_at = behind + 1 + usize::from(tokens.get(behind + 1).is_some_and(|it| is_word(&it.0, "COLUMN")));
    let (column, _) = raw::name_at(statement, column_at).ok_or_else(unclear)?;
    let identity = match position(statement, &["GENERATED", "ALWAYS"]) {
        Some(_) => Identity::Always,
        None => Identity::ByDefault,
    };
    let settings = position(statement, &["AS", "IDENTITY"]).and_then(|at| tokens.get(at + 2..)).unwrap_or_default();
    let (sequence, settings) = settings_of(statement, settings)?;
    let not_found = |what: String, name: &str| {
        let trouble = Trouble::new(statement.spot_of(name), what, "not found");
        trouble.hint("declare it by an entity, or correct its name")
    };
    let Some(table) = names::table(&mut output.model.schema, &target, product) else {
        return Err(not_found(format!("no entity declares a table `{target}`"), target.name.as_str()));
    };
    let (name, column) = (table.name.clone(), column.name);
    let Some(numbered) = table.columns.get_mut(&column) else {
        return Err(not_found(format!("table `{target}` has no column `{column}`"), column.as_str()));
    };
    numbered.identity = Some(identity);
    for (key, value) in [("sequence", sequence), ("sequence_options", settings)] {
        if !value.is_empty() {
            numbered.options.insert(key.to_owned(), value);
        }
    }
    output.declare(Place::Table(name, Part::Column(column, Facet::Identity)), &statement.spot(), Origin::Sidecar);
    Ok(())
}

/// The name of the sequence and its settings, as the catalog has them, from what stands in parentheses.
fn settings_of(
    statement: &Statement<'_>,
    tokens: &[(Token, std::ops::Range<usize>)],
) -> Result<(String, String), Trouble> {
    let mut words = tokens
        .iter()
        .map(|(token, _)| token)
        .filter(|token| !matches!(token, Token::LParen | Token::RParen))
        .peekable();
    let mut found: Vec<(&str, String)> = Vec::new();
    let (mut sequence, mut cycles) = (String::new(), false);
    while let Some(token) = words.next() {
        let is = |word: &str| is_word(token, word);
        if is("NO") {
            words.next();
        } else if is("CYCLE") {
            cycles = true;
        } else if is("SEQUENCE") {
            words.next_if(|next| is_word(next, "NAME"));
            while let Some(part) = words.next_if(|next| matches!(next, Token::Word(_) | Token::Period)) {
                sequence.push_str(&part.to_string());
                if matches!(part, Token::Word(_)) && !matches!(words.peek(), Some(Token::Period)) {
                    break;
                }
            }
        } else if let Some((word, ..)) = SETTINGS.into_iter().find(|(word, ..)| is(word)) {
            words.next_if(|next| is_word(next, "WITH") || is_word(next, "BY"));
            let sign = words.next_if(|next| **next == Token::Minus).map(|_| "-").unwrap_or_default();
            found.push((word, format!("{sign}{}", words.next().map(Token::to_string).unwrap_or_default())));
        } else {
            let trouble =
                Trouble::new(statement.spot(), format!("`{token}` is no setting of an identity"), "not understood");
            return Err(trouble.hint("(START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 10 CACHE 1 CYCLE)"));
        }
    }
    let settings = SETTINGS.into_iter().filter_map(|(word, clause, usual)| {
        let (_, value) = found.iter().find(|(found, value)| *found == word && value != usual)?;
        Some(format!("{clause} {value}"))
    });
    let settings: Vec<String> = settings.chain(cycles.then(|| "CYCLE".to_owned())).collect();
    Ok((sequence, settings.join(" ")))
}
