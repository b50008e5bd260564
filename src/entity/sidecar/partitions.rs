//! Partitioning: `CREATE TABLE … PARTITION BY`, `ALTER TABLE … PARTITION BY` for a table that an entity declares, and
//! PostgreSQL's `CREATE TABLE … PARTITION OF`.
//!
//! Must not know the normal form of a partitioning.

use sqlparser::tokenizer::Token;

use crate::schema::{DefinitionId, DefinitionKind, Origin, PARTITION_BY, Part, Place, Product};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{definition, names, raw};

/// The token after two keywords outside all parentheses.
fn behind(statement: &Statement<'_>, first: &str, second: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let tokens = statement.tokens();
    tokens.iter().enumerate().find_map(|(at, (token, _))| {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        let next = tokens.get(at + 1).is_some_and(|(next, _)| is_word(next, second));
        (depth == 0 && is_word(token, first) && next).then_some(at + 2)
    })
}

/// Whether a statement creates a partition.
pub(super) fn is_partition(statement: &Statement<'_>) -> bool {
    behind(statement, "PARTITION", "OF").is_some()
}

/// Whether a statement declares the partitioning of a table.
pub(super) fn divides(statement: &Statement<'_>) -> bool {
    behind(statement, "PARTITION", "BY").is_some()
}

/// The statement without its partitioning, and the partitioning as an option of the table.
pub(super) fn apart<'t>(statement: &Statement<'t>) -> Result<Option<(Statement<'t>, String)>, SourceError> {
    let Some(at) = behind(statement, "PARTITION", "BY") else { return Ok(None) };
    has_partitions(statement)?;
    Ok(Some((statement.first(at - 2), statement.sql(at..statement.tokens().len()))))
}

/// Adds a partitioning to the options of a table.
pub(super) fn divide(table: &mut crate::schema::Table, division: String) -> Part {
    table.options.insert(PARTITION_BY.to_owned(), division);
    Part::Option(PARTITION_BY.into())
}

/// `ALTER TABLE … PARTITION BY …`.
pub(super) fn alter(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let nameless = || SourceError::new(statement.first_words(), "this divides no table", "no table");
    let (head, division) = apart(statement)?.ok_or_else(nameless)?;
    let (target, after) = raw::name_at(&head, 2).ok_or_else(nameless)?;
    if after != head.tokens().len() {
        let trouble =
            SourceError::new(statement.spot(), "a division stands in a statement of its own", "more than one change");
        return Err(trouble.hint("ALTER TABLE name PARTITION BY …"));
    }
    let Some(table) = names::table(&mut output.model.schema, &target, statement.product()) else {
        let spot = statement.spot_of(target.name.as_str());
        let trouble = SourceError::new(spot, format!("no entity declares a table `{target}`"), "not found");
        return Err(trouble.hint("declare the table by an entity, or correct its name"));
    };
    let part = divide(table, division);
    let place = Place::Table(table.name.clone(), part);
    output.declare(place, &statement.spot(), Origin::Sidecar);
    Ok(())
}

/// `CREATE TABLE … PARTITION OF …`.
pub(super) fn partition(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    has_partitions(statement)?;
    let nothing = || SourceError::new(statement.first_words(), "this is no partition", "not understood");
    if statement.product() != Product::Postgres {
        let message = format!("a partition is no table of its own on {}", statement.product());
        let trouble = SourceError::new(statement.first_words(), message, "PostgreSQL's");
        return Err(trouble.hint("say all partitions in `ALTER TABLE name PARTITION BY …`"));
    }
    let tokens = statement.tokens();
    let of = behind(statement, "PARTITION", "OF").ok_or_else(nothing)?;
    let mut at = tokens.iter().position(|(token, _)| is_word(token, "TABLE")).ok_or_else(nothing)? + 1;
    while ["IF", "NOT", "EXISTS"].iter().any(|word| tokens.get(at).is_some_and(|it| is_word(&it.0, word))) {
        at += 1;
    }
    let (name, _) = raw::name_at(statement, at).ok_or_else(nothing)?;
    let (parent, behind_parent) = raw::name_at(statement, of).ok_or_else(nothing)?;
    if tokens.get(behind_parent).is_some_and(|(token, _)| *token == Token::LParen) {
        let message = "columns and constraints of one partition are not declared with it";
        let trouble = SourceError::new(statement.spot(), message, "a list of columns");
        return Err(
            trouble.hint("declare them on the table, or write them into a migration: `gen migration <Name> --empty`")
        );
    }
    let schema = &mut output.model.schema;
    let other = DefinitionId::new(DefinitionKind::Partition, parent.clone());
    let table = names::table(schema, &parent, statement.product()).map(|table| Place::table(&table.name));
    let divided = schema.definitions.contains_key(&other).then_some(Place::Definition(other));
    let need = match table.or(divided) {
        Some(need) => need,
        None => {
            let spot = statement.spot_of(parent.name.as_str());
            let trouble = SourceError::new(spot, format!("no entity declares a table `{parent}`"), "not found");
            return Err(trouble.hint("declare the table before its partitions, or correct its name"));
        }
    };
    let unlogged = tokens.get(1).is_some_and(|(token, _)| is_word(token, "UNLOGGED"));
    let head = if unlogged { "CREATE UNLOGGED TABLE" } else { "CREATE TABLE" };
    let sql = format!("{head} {}", statement.sql(at..tokens.len()));
    let id = DefinitionId::new(DefinitionKind::Partition, name);
    definition::insert(statement, id.clone(), sql, output)?;
    if let Some(partition) = output.model.schema.definitions.get_mut(&id) {
        partition.needs.insert(need);
    }
    Ok(())
}

fn has_partitions(statement: &Statement<'_>) -> Result<(), SourceError> {
    match statement.product() {
        Product::Postgres | Product::MySql | Product::MariaDb => Ok(()),
        Product::Sqlite => {
            Err(SourceError::new(statement.first_words(), "SQLite has no partitions", "not for every database")
                .hint("move it to a file for one database: `<name>.postgres.sql`"))
        }
    }
}
